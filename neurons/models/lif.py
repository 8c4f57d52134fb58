"""Leaky integrate-and-fire: the potential decays, and the neuron fires at the threshold.

    h[t] = v_reset + d (v[t-1] - v_reset) + x[t]             charge
    s[t] = Theta(h[t] - v_th)                                fire
    v[t] = (1 - s[t]) h[t] + s[t] v_reset   or   h[t] - s[t] v_th

with the decay d = 1 - 1/tau (`decay="linear"`) or exp(-1/tau) (`decay="exp"`). With
`decay_input=True` the charge is (1 - d) x[t], which is SpikingJelly's x/tau.
The potential starts at v_reset.

Source: CLIF (Huang et al. 2024) Eq. 1-3; DSN Eq. 1-3; the exponential form is ST-DANO Eq. 3.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import FINITE, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset


class Params(NamedTuple):
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # v_th, threshold
    v_reset: float = 0.0  # v_reset, potential after a hard reset, towards which it decays
    decay: str = "linear"  # "linear": d = 1 - 1/tau, "exp": d = exp(-1/tau)
    decay_input: bool = False  # charge (1 - d) x instead of x


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.full_like(x, p.v_reset))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    d = 1 - 1 / p.tau if p.decay == "linear" else math.e ** (-1 / p.tau)
    drive = (1 - d) * x if p.decay_input else x
    h = d * state.v + (drive + (1 - d) * p.v_reset if p.v_reset else drive)
    s = fire(h - p.v_th)
    return s, State(v=fire.reset(h, s, p.v_th, p.v_reset))


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={
        "tau": TIME_CONSTANT,
        "v_th": THRESHOLD,
        "v_reset": FINITE,
        "decay": ("linear", "exp"),
    },
)

"""Complementary LIF: a second potential remembers past spikes and deepens the reset.

    h[t] = (1 - 1/tau) v[t-1] + x[t]                         charge
    s[t] = Theta(h[t] - v_th)                                fire
    m[t] = m[t-1] sigmoid(h[t] / tau) + s[t]                 complementary potential
    v[t] = h[t] - s[t] (v_th + sigmoid(m[t]))                reset

Both potentials start at 0. The paper's surrogate is the rectangle of width v_th = 1; for another
v_th use `surrogate("rect", width=v_th)`. The rectangle is open in Eq. 8 (the default) and closed in
the authors' code: `surrogate("rect", closed=True)`. One of the released classes, CLIFSpike,
overwrites m with sigmoid(m), a bug that is not reproduced. `decay_input=True` charges x / tau.

Source: CLIF (Huang et al. 2024) Eq. 15-19 and Algorithm 1.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # u, membrane potential after reset
    m: Tensor  # m, complementary potential


class Params(NamedTuple):
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # v_th, threshold
    decay_input: bool = False  # charge x/tau instead of x


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), m=torch.zeros_like(x))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    drive = x / p.tau if p.decay_input else x
    h = (1 - 1 / p.tau) * state.v + drive
    s = fire(h - p.v_th)
    m = state.m * torch.sigmoid(h / p.tau) + s
    return s, State(v=fire.reset(h, s, p.v_th + torch.sigmoid(m)), m=m)


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={"tau": (1.0, math.inf)},
    surrogate="rect",
    reset="soft",
)

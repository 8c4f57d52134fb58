"""Parametric LIF: the membrane time constant is learned, one per layer.

    1/tau = sigmoid(w)
    h[t] = v[t-1] + (x[t] - (v[t-1] - v_reset)) / tau        charge (`decay_input=True`)
    h[t] = v[t-1] - (v[t-1] - v_reset) / tau + x[t]          charge (`decay_input=False`)
    s[t] = Theta(h[t] - v_th)                                fire
    v[t] = (1 - s[t]) h[t] + s[t] v_reset   or   h[t] - s[t] v_th

The potential starts at v_reset; w starts at -log(tau - 1) for the option tau > 1 [steps].

Source: Fang et al., ICCV 2021, Eq. 2-4 and 7; SpikingJelly's ParametricLIFNode. CLIF's code
compares with `decay_input=False`; STC's with a charge (1 + w) x (`raw_input=True`), where a sigmoid
is missing around its t_m = -w.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import FINITE, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset


class Params(NamedTuple):
    w: Tensor  # w, learnable, []: 1/tau = sigmoid(w) [1/steps]
    v_th: float = 1.0  # v_th, threshold
    v_reset: float = 0.0  # v_reset, potential after a hard reset, towards which it decays
    decay_input: bool = True  # charge x/tau instead of x
    raw_input: bool = False  # charge (1 + w) x, as STC's cell does


def init(generator: torch.Generator | None, *, tau: float = 2.0, **fixed: Any) -> Params:
    return Params(w=torch.tensor(-math.log(tau - 1)), **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.full_like(x, p.v_reset))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    rate = torch.sigmoid(p.w)
    drive = (1 + p.w) * x if p.raw_input else rate * x if p.decay_input else x
    h = (1 - rate) * state.v + (drive + rate * p.v_reset if p.v_reset else drive)
    s = fire(h - p.v_th)
    return s, State(v=fire.reset(h, s, p.v_th, p.v_reset))


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("w",),
    bounds={"tau": TIME_CONSTANT, "v_th": THRESHOLD, "v_reset": FINITE},
)

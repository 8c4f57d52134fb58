"""Integrate-and-fire: the potential does not leak.

    h[t] = v[t-1] + x[t]                                     charge
    s[t] = Theta(h[t] - v_th)                                fire
    v[t] = (1 - s[t]) h[t] + s[t] v_reset   or   h[t] - s[t] v_th

The potential starts at v_reset.

Source: DSN Eq. A.1 and A.2.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import FINITE, THRESHOLD, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset


class Params(NamedTuple):
    v_th: float = 1.0  # v_th, threshold
    v_reset: float = 0.0  # v_reset, potential after a hard reset


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.full_like(x, p.v_reset))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    h = state.v + x
    s = fire(h - p.v_th)
    return s, State(v=fire.reset(h, s, p.v_th, p.v_reset))


NEURON = Neuron(Params, State, step, start=start, bounds={"v_th": THRESHOLD, "v_reset": FINITE})

"""Parametric LIF with circuits: stclif with a learned leak.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])    circuits, Eq. 20-21
    m[t] = alpha v[t-1] (1 + beta[t]) + (1 - alpha) x[t] (1 + gamma[t])    charge, Eq. 22
    s[t] = Theta(m[t] - v_th)                                        fire, Eq. 23
    v[t] = m[t] - v_th s[t]                                          Eq. 24

with alpha = sigmoid(w), which starts at 1/2.

W is a convolution; `neurons/circuits.py` explains the options `circuit`, `groups`, `kernel`,
`norm`, `kept` and `detach_gates`.

Source: STC (Wang & Yu 2024), appendix C, Eq. 19-24.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.circuits import BOUNDS, draw, gates
from neurons.contract import Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    s: Tensor  # s, the last spikes


class Params(NamedTuple):
    temporal: Tensor | None  # W_gt, learnable, [C, C/groups, kernel..]; "self": [C, *]
    spatial: Tensor | None  # W_gs, learnable, of the same shape
    w: Tensor  # w, learnable, []: alpha = sigmoid(w), the decay factor per step
    gain: Tensor | None = None  # GroupNorm's gains, learnable, a row per circuit, [2, C]
    shift: Tensor | None = None  # GroupNorm's shifts, learnable, [2, C]; "self": biases, [2, C, *]
    groups: int = 16  # most groups of convolution and GroupNorm
    eps: float = 1e-5  # epsilon of the GroupNorm
    circuit: str = "group"  # "self", "group" or "global"
    detach_gates: bool = False  # no gradient through the gating spikes
    v_th: float = 1.0  # v_th, threshold


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    circuit: str = "group",
    groups: int = 16,
    kernel: int = 5,
    norm: bool = False,
    kept: str = "both",
    **fixed: Any,
) -> Params:
    drawn = draw(generator, shape, circuit, groups, kernel, norm, kept)
    return Params(**drawn, w=torch.tensor(0.0), **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(*(torch.zeros_like(x) for _ in State._fields))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    beta, gamma = gates(state.s, p)
    alpha = torch.sigmoid(p.w)
    m = alpha * state.v * (1 + beta) + (1 - alpha) * x * (1 + gamma)
    s = fire(m - p.v_th)
    return s, State(v=fire.reset(m, s, p.v_th), s=s)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("temporal", "spatial", "w", "gain", "shift"),
    bounds=BOUNDS,
    surrogate="sigmoid",
    reset="soft",
)

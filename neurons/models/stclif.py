"""LIF with circuits: the layer's last spikes gate its memory and its input.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])    circuits, Eq. 9-10
    m[t] = v[t-1] (1 + beta[t]) + x[t] (1 + gamma[t])                charge, Eq. 11
    s[t] = Theta(m[t] - v_th)                                        fire, Eq. 12
    v[t] = m[t] - v_th s[t]                                          Eq. 13

W is a convolution; `neurons/circuits.py` explains the options `circuit`, `groups`, `kernel`,
`norm`, `kept` and `detach_gates`.

Source: STC (Wang & Yu 2024), Eq. 8-13; the weights of the input, Eq. 8, are a separate layer.
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
    return Params(**draw(generator, shape, circuit, groups, kernel, norm, kept), **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(*(torch.zeros_like(x) for _ in State._fields))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    beta, gamma = gates(state.s, p)
    m = state.v * (1 + beta) + x * (1 + gamma)
    s = fire(m - p.v_th)
    return s, State(v=fire.reset(m, s, p.v_th), s=s)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("temporal", "spatial", "gain", "shift"),
    bounds=BOUNDS,
    surrogate="sigmoid",
    reset="soft",
)

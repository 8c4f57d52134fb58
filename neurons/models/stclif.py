"""LIF with circuits: the layer's last spikes gate what is remembered and what comes in.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])    circuits, Eq. 9-10
    m[t] = v[t-1] (1 + beta[t]) + x[t] (1 + gamma[t])                charge, Eq. 11
    s[t] = Theta(m[t] - v_th)                                        fire, Eq. 12
    v[t] = m[t] - v_th s[t]                                          Eq. 13

W is a convolution over the axes of `*` (of [C] alone: a product over the channels) in `groups`
groups (`circuit="group"`; gcd(groups, C) where they do not divide C), in one (`"global"`), or a
weight and a bias per neuron (`"self"`, Table 11). The authors' code, and the paper's count of
parameters, have a GroupNorm after each convolution, inside the tanh: `norm=True`. Of the two
circuits `circuits="temporal"` or `"spatial"` keeps one (Table 7); the other's gate is 0.
`detach_gates=True` truncates the gradient through the spikes that gate (appendix A; Y in Table 8).

Source: STC (Wang & Yu 2024), Eq. 8-13; the input's own weights, Eq. 8, are a layer of their own.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import group_norm

from neurons.contract import COUNT, Neuron, convolve
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    s: Tensor  # s, the last spikes


class Params(NamedTuple):
    temporal: Tensor | None  # W_gt, learnable, [C, C/groups, kernel..]; "self": [C, *]
    spatial: Tensor | None  # W_gs, learnable, of the same shape
    gain: Tensor | None = None  # GroupNorm's gains, learnable, a row per circuit, [2, C]
    shift: Tensor | None = None  # GroupNorm's shifts, learnable, [2, C]; "self": biases, [2, C, *]
    groups: int = 16  # groups of convolution and GroupNorm, at most
    eps: float = 1e-5  # epsilon of the GroupNorm
    circuit: str = "group"  # "self", "group" or "global"
    detach_gates: bool = False  # truncate the gradient through the gating spikes
    v_th: float = 1.0  # v_th, threshold


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    circuit: str = "group",
    circuits: str = "both",
    groups: int = 16,
    kernel: int = 5,
    norm: bool = False,
    **fixed: Any,
) -> Params:
    """As torch's Conv where a GroupNorm follows; else inhibitory, so that nothing explodes."""
    parts = math.gcd(groups, shape[0]) if circuit == "group" else 1
    inner = (shape[0] // parts, *(kernel,) * (len(shape) - 1))
    size, fan_in = ((shape[0], *inner), math.prod(inner)) if circuit != "self" else (shape, 1)
    low, high = (-(fan_in**-0.5), fan_in**-0.5) if norm else (-1 / fan_in, 0.0)
    W = torch.empty(2, *size).uniform_(low, high, generator=generator)
    rows = 2 if circuits == "both" else 1
    gain = torch.ones(rows, shape[0]) if norm and circuit != "self" else None
    shift = torch.zeros(rows, *shape) if circuit == "self" else None if gain is None else 0 * gain
    temporal, spatial = (
        w.clone() if circuits in ("both", name) else None
        for w, name in zip(W, ("temporal", "spatial"), strict=True)
    )
    return Params(temporal, spatial, gain, shift, groups, circuit=circuit, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(*(torch.zeros_like(x) for _ in State._fields))


def gate(i: int, s: Tensor, p: Params) -> Tensor | float:
    """beta (i = 0) or gamma (i = 1)."""
    weight, s = (p.temporal, p.spatial)[i], s.detach() if p.detach_gates else s
    if weight is None:
        return 0.0
    i = 0 if p.temporal is None else i  # its rows in gain and shift
    if p.circuit == "self":
        return torch.tanh(weight * s + p.shift[i])  # type: ignore[index]
    a = convolve(s, weight)
    if p.gain is not None:
        parts = math.gcd(p.groups, len(weight))
        a = group_norm(a, parts, p.gain[i], p.shift[i], p.eps)  # type: ignore[index]
    return torch.tanh(a)


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    beta, gamma = gate(0, state.s, p), gate(1, state.s, p)
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
    limits={
        "circuit": ("self", "group", "global"),
        "circuits": ("both", "temporal", "spatial"),
        "groups": COUNT,
        "kernel": range(1, 2**31, 2),
    },
    surrogate="sigmoid",
    reset="soft",
)

"""Circuits: a layer's last spikes, convolved, gate what its neurons do next.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])

W is a convolution over the axes of `*` (of [C] alone: a product over the channels) in `groups`
groups (`circuit="group"`; gcd(groups, C) where they do not divide C), in one (`"global"`), or a
weight and a bias per neuron (`"self"`, Table 11). The authors' code, and the paper's count of
parameters, have a GroupNorm after each convolution, inside the tanh: `norm=True`. Without one of
the circuits (Table 7; stclif's `kept`) its gate is 0.
`detach_gates=True` truncates the gradient through the spikes that gate (appendix A; Y in Table 8).

Circuits couple neurons, so no kernel is generated of a step; `backend="compile"` runs it fastest.
With 64 channels that saves the calls (65 to 8 us a step forward, 380 to 27 with the backward, one
thread). On maps of [64, 16, 16] the two convolutions alone are 3/4 of a compiled forward step, 281
us: they are the limit.

Source: STC (Wang & Yu 2024), Eq. 9-10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import group_norm

from neurons.contract import COUNT, Bound

CIRCUITS = ("temporal", "spatial")
BOUNDS: dict[str, Bound] = {
    "circuit": ("self", "group", "global"),
    "groups": COUNT,
    "kernel": range(1, 2**31, 2),
}


def draw(
    generator: torch.Generator | None,
    shape: Sequence[int],
    circuit: str,
    groups: int,
    kernel: int,
    norm: bool,
    kept: str = "both",
) -> dict[str, Any]:
    """The circuits' part of a model's Params.

    Weights are as torch's Conv where a GroupNorm follows; else inhibitory, so that nothing
    explodes.
    """
    parts = math.gcd(groups, shape[0]) if circuit == "group" else 1
    inner = (shape[0] // parts, *(kernel,) * (len(shape) - 1))
    size, fan_in = ((shape[0], *inner), math.prod(inner)) if circuit != "self" else (shape, 1)
    low, high = (-(fan_in**-0.5), fan_in**-0.5) if norm else (-1 / fan_in, 0.0)
    W = torch.empty(2, *size).uniform_(low, high, generator=generator)
    names = CIRCUITS if kept == "both" else (kept,)
    rows = len(names)
    gain = torch.ones(rows, shape[0]) if norm and circuit != "self" else None
    shift = torch.zeros(rows, *shape) if circuit == "self" else None if gain is None else 0 * gain
    drawn = {n: w.clone() if n in names else None for n, w in zip(CIRCUITS, W, strict=True)}
    return drawn | {"gain": gain, "shift": shift, "groups": groups, "circuit": circuit}


def gates(s: Tensor, p: Any) -> tuple[Tensor | float, Tensor | float]:
    """beta and gamma, [N, C, *], for the last spikes s."""
    s = s.detach() if p.detach_gates else s
    last = 0 if p.temporal is None else 1  # the row of gamma's norm
    return _gate(0, p.temporal, s, p), _gate(last, p.spatial, s, p)


def _gate(i: int, weight: Tensor | None, s: Tensor, p: Any) -> Tensor | float:
    if weight is None:
        return 0.0
    if p.circuit == "self":
        return torch.tanh(weight * s + p.shift[i])
    a = _convolve(s, weight)
    if p.gain is not None:
        a = group_norm(a, math.gcd(p.groups, len(weight)), p.gain[i], p.shift[i], p.eps)
    return torch.tanh(a)


def _convolve(x: Tensor, weight: Tensor) -> Tensor:
    """The same-size convolution of [N, C, *] by [C, C/groups, k..], an odd k per axis of `*`.

    With no axis in `*` it is a product over the channels.
    """
    if x.ndim != weight.ndim or x.shape[1] != len(weight):
        raise ValueError(
            f"circuits of weight {tuple(weight.shape)} cannot take [N, *] = {tuple(x.shape)}; "
            f"build a layer with shape={tuple(x.shape[1:])}"
        )
    groups, pads = len(weight) // weight.shape[1], [k // 2 for k in weight.shape[2:]]
    if not pads:
        blocks = weight.view(groups, weight.shape[1], weight.shape[1])
        return torch.einsum("ngi,goi->ngo", x.unflatten(1, (groups, -1)), blocks).flatten(1)
    one = [1] * len(pads)
    return torch.convolution(x, weight, None, one, pads, one, False, [0] * len(pads), groups)

"""What models share: circuits, convolutions of a layer's last spikes that gate its next step.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])

W is a convolution over the axes of `*`, or for [C] alone a product over the channels. Options:

    circuit="group"    `groups` groups of channels; gcd(groups, C) if `groups` does not divide C
    circuit="global"   one group
    circuit="self"     one weight and one bias per neuron (Table 11); no convolution, so `norm` is
                       refused, and `groups` and `kernel` have nothing to set
    groups=16          groups of the GroupNorm too; in "global" circuits of the GroupNorm alone
    kernel=5           along each axis of `*`; neurons of shape (C,) have none
    norm=True          a GroupNorm, with `eps`, after each convolution, inside the tanh, as in the
                       authors' code and in the paper's number of parameters
    kept=...           "temporal" or "spatial" leaves out the other circuit, whose gate is then 0
                       (Table 7)
    detach_gates=True  no gradient through the gating spikes (appendix A; Y in Table 8)

Circuits couple neurons, so no kernel can be generated from such a step; `backend="compile"` is the
fastest. With 64 channels it takes 8 us instead of 65 us per step forward, and 27 us instead of
380 us with the backward (one thread). On maps of [64, 16, 16] the two convolutions alone are 3/4 of
a compiled forward step of 281 us.

Source: STC (Wang & Yu 2024), Eq. 9-10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import group_norm

from neurons.contract import COUNT, POSITIVE, Bound

CIRCUITS = ("temporal", "spatial")
BOUNDS: dict[str, Bound] = {
    "circuit": ("self", "group", "global"),
    "groups": COUNT,
    "kernel": range(1, 256, 2),
    "kept": ("both", *CIRCUITS),
    "eps": POSITIVE,
    "v_th": POSITIVE,
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
    """Return the fields of a model's Params that belong to circuits.

    Weights start as those of torch's Conv if a GroupNorm follows. If not, they start inhibitory,
    so that activity does not explode. Raise ValueError for "self" circuits with a GroupNorm.
    """
    if norm and circuit == "self":
        raise ValueError("circuit = 'self' takes no norm=True; use circuit='group' or 'global'")
    parts = math.gcd(groups, shape[0]) if circuit == "group" else 1
    inner = (shape[0] // parts, *(kernel,) * (len(shape) - 1))
    size, fan_in = ((shape[0], *inner), math.prod(inner)) if circuit != "self" else (shape, 1)
    low, high = (-(fan_in**-0.5), fan_in**-0.5) if norm else (-1 / fan_in, 0.0)
    W = torch.empty(2, *size).uniform_(low, high, generator=generator)
    names = CIRCUITS if kept == "both" else (kept,)
    rows = len(names)
    gain = torch.ones(rows, shape[0]) if norm else None
    shift = torch.zeros(rows, *shape) if circuit == "self" else None if gain is None else 0 * gain
    drawn = {n: w.clone() if n in names else None for n, w in zip(CIRCUITS, W, strict=True)}
    return drawn | {"gain": gain, "shift": shift, "groups": groups, "circuit": circuit}


def gates(s: Tensor, p: Any) -> tuple[Tensor | float, Tensor | float]:
    """Return beta and gamma, [N, C, *], for the last spikes s."""
    s = s.detach() if p.detach_gates else s
    spatial_row = 0 if p.temporal is None else 1  # of the GroupNorm
    return _gate(0, p.temporal, s, p), _gate(spatial_row, p.spatial, s, p)


def _gate(row: int, weight: Tensor | None, s: Tensor, p: Any) -> Tensor | float:
    if weight is None:
        return 0.0
    if p.circuit == "self":
        return torch.tanh(weight * s + p.shift[row])
    a = _convolve(s, weight)
    if p.gain is not None:
        a = group_norm(a, math.gcd(p.groups, len(weight)), p.gain[row], p.shift[row], p.eps)
    return torch.tanh(a)


def _convolve(x: Tensor, weight: Tensor) -> Tensor:
    """Return the convolution of [N, C, *] by [C, C/groups, k..], of the same size as the input.

    There is one odd k per axis of `*`; without any, it is a product over the channels.
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
    ones, zeros = [1] * len(pads), [0] * len(pads)
    return torch.convolution(x, weight, None, ones, pads, ones, False, zeros, groups)


COUPLINGS = ("mu_d", "mu_s", "lambda_s", "lambda_d")


def couplings(p: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return mu_D, mu_S, lambda_S, lambda_D, which couple the compartments of lmh and stclmh."""
    mu_d, mu_s = torch.sigmoid(p.mu_d) - 0.5, torch.sigmoid(p.mu_s) - 0.5
    lambda_s, lambda_d = torch.sigmoid(p.lambda_s) + 0.5, torch.sigmoid(p.lambda_d) + 0.5
    return mu_d, mu_s, lambda_s, lambda_d

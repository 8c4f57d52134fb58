"""Linear layers and convolutions: the dense work, and what spikes leave of it.

macs = outputs x fan-in; acs = sum over inputs of |x| times fan-out, none for analog x.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from suites.energy.call import ANALOG, Call, spikes

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def claims(module: nn.Module) -> bool:
    return isinstance(module, (nn.Linear, *CONVOLUTIONS, *TRANSPOSED))


def observe(module: Any, x: Tensor, y: Tensor, reads: str) -> Call:
    model = type(module).__name__
    if isinstance(module, nn.Linear):
        return linear(x, module.weight, module.bias, y, reads, model)
    around, mode = module._reversed_padding_repeated_twice, module.padding_mode
    fill = None if mode == "zeros" else partial(pad, pad=around, mode=mode)
    left = around[::2][::-1] if fill is None else (0,) * len(module.stride)
    transposed = isinstance(module, TRANSPOSED)
    field = Field(module.stride, tuple(left), module.dilation, transposed, module.groups)
    return convolution(x, module.weight, module.bias, y, reads, field, model, fill)


class Field(NamedTuple):
    """What a convolution's outputs see; `left` is the padding before each axis."""

    stride: tuple[int, ...]
    left: tuple[int, ...]
    dilation: tuple[int, ...]
    transposed: bool = False
    groups: int = 1


def linear(
    x: Tensor, weight: Tensor, bias: Tensor | None, y: Tensor, reads: str, model: str
) -> Call:
    """y [.., O] = x [.., I] weight^T + bias, with weight [.., O, I]."""
    out = weight.shape[-2]
    total, emitted = (0, 0) if reads == ANALOG else map(Tensor.item, spikes(x, reads))
    return _product(
        *("linear", model, x, weight, bias, y, reads),
        spikes=total,
        acs=total * out,
        events=emitted * out,
        macs=y.numel() * weight.shape[-1],
        fan=out,
    )


def convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    y: Tensor,
    reads: str,
    field: Field,
    model: str = "convolution",
    fill: Callable[[Tensor], Tensor] | None = None,
) -> Call:
    """As torch has it; `fill` pads an input with copies of itself, which are fed as it is."""
    kernel = tuple(weight.shape[2:])
    channels = weight.shape[1] if field.transposed else len(weight) // field.groups
    facts: dict[str, Any] = {}
    if reads != ANALOG:
        here = spikes(x, reads, len(kernel))
        met = (each if fill is None else fill(each[None, None])[0, 0] for each in here)
        reach = partial(fan_out, made=tuple(y.shape[-len(kernel) :]), kernel=kernel, field=field)
        fed = [channels * (reach(tuple(n.shape), device=n.device) * n).sum().item() for n in met]
        total = here[0].sum(dtype=torch.float64).item()
        facts = dict(zip(("spikes", "acs", "events"), (total, *fed), strict=True))
    return _product(
        *("conv", model, x, weight, bias, y, reads),
        **facts,
        macs=(x if field.transposed else y).numel() * weight[0].numel(),
        fan=channels * prod(kernel),
        kernel=kernel,
        stride=field.stride,
    )


def _product(
    kind: str,
    model: str,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    y: Tensor,
    reads: str,
    **facts: Any,
) -> Call:
    sizes = {"weights": weight.numel(), "biased": 0 if bias is None else y.numel()}
    return Call.of(kind, model, x, y, reads, (weight, bias), **sizes, **facts)


@lru_cache(maxsize=1024)
def fan_out(
    sizes: tuple[int, ...],
    made: tuple[int, ...],
    kernel: tuple[int, ...],
    field: Field,
    device: torch.device,
) -> Tensor:
    """Outputs of one channel that each place of an input feeds, its padding left out.

    Axis by axis, as the places met are a product over the axes.
    """
    reach = torch.ones((), dtype=torch.float64)
    for size, outputs, taps, stride, left, dilation in zip(
        sizes, made, kernel, field.stride, field.left, field.dilation, strict=True
    ):
        walked, other = (size, outputs) if field.transposed else (outputs, size)
        met = stride * torch.arange(walked)[:, None] - left + dilation * torch.arange(taps)
        inside = (met >= 0) & (met < other)
        each = inside.sum(1) if field.transposed else met[inside].bincount(minlength=size)
        reach = reach[..., None] * each
    return reach.to(device)

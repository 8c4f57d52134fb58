"""Linear layers and convolutions: the dense work, and the part of it that spikes cause.

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

from suites.energy.counts import Call, Sizes, parameter_bytes
from suites.energy.values import ANALOG, count_spikes

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def applies_to(module: nn.Module) -> bool:
    return isinstance(module, (nn.Linear, *CONVOLUTIONS, *TRANSPOSED))


def observe(module: Any, x: Tensor, y: Tensor, reads: str) -> Call:
    name = type(module).__name__
    if isinstance(module, nn.Linear):
        return linear_call(x, module.weight, module.bias, y, reads, name)
    padding, mode = module._reversed_padding_repeated_twice, module.padding_mode
    copy_padding = None if mode == "zeros" else partial(pad, pad=padding, mode=mode)
    before = padding[::2][::-1] if copy_padding is None else (0,) * len(module.stride)
    transposed = isinstance(module, TRANSPOSED)
    window = Window(module.stride, tuple(before), module.dilation, transposed, module.groups)
    return convolution_call(x, module.weight, module.bias, y, reads, window, name, copy_padding)


class Window(NamedTuple):
    """Which inputs an output of a convolution reads."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]  # zeros before the first input of each axis
    dilation: tuple[int, ...]
    transposed: bool = False
    groups: int = 1


def linear_call(
    x: Tensor, weight: Tensor, bias: Tensor | None, y: Tensor, reads: str, name: str
) -> Call:
    """Count y [.., O] = x [.., I] weight^T + bias, with weight [.., O, I]."""
    fan_out = weight.shape[-2]
    spikes, events = (0, 0) if reads == ANALOG else map(Tensor.item, count_spikes(x, reads))
    return Call.from_tensors(
        *("linear", name, x, y, reads),
        sizes=Sizes(weight.numel(), fan_out, parameter_bytes=parameter_bytes((weight, bias))),
        biased=0 if bias is None else y.numel(),
        spikes=spikes,
        acs=spikes * fan_out,
        events=events * fan_out,
        macs=y.numel() * weight.shape[-1],
    )


def convolution_call(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    y: Tensor,
    reads: str,
    window: Window,
    name: str = "convolution",
    copy_padding: Callable[[Tensor], Tensor] | None = None,
) -> Call:
    """Count a convolution; `copy_padding` pads an input with copies of its own values.

    Spikes that were copied into the padding cause accumulations like all others.
    """
    kernel = tuple(weight.shape[2:])
    channels = weight.shape[1] if window.transposed else len(weight) // window.groups
    sizes = Sizes(weight.numel(), channels * prod(kernel), kernel, window.stride)
    counts: dict[str, Any] = {}
    if reads != ANALOG:
        totals = count_spikes(x, reads, axes=len(kernel))
        padded = [n if copy_padding is None else copy_padding(n[None, None])[0, 0] for n in totals]
        outputs = tuple(y.shape[-len(kernel) :])
        reached = fan_out(tuple(padded[0].shape), outputs, kernel, window, x.device)
        counts["spikes"] = totals[0].sum(dtype=torch.float64).item()
        counts["acs"], counts["events"] = (channels * (reached * n).sum().item() for n in padded)
    return Call.from_tensors(
        *("conv", name, x, y, reads),
        sizes=sizes._replace(parameter_bytes=parameter_bytes((weight, bias))),
        biased=0 if bias is None else y.numel(),
        macs=(x if window.transposed else y).numel() * weight[0].numel(),
        **counts,
    )


@lru_cache(maxsize=1024)
def fan_out(
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    kernel: tuple[int, ...],
    window: Window,
    device: torch.device,
) -> Tensor:
    """Return how many outputs of one channel each input reaches; `inputs` are sizes, as `outputs`.

    The number is a product over the axes.
    """
    reached = torch.ones((), dtype=torch.float64)
    for size, output_size, taps, stride, padding, dilation in zip(
        inputs, outputs, kernel, window.stride, window.padding, window.dilation, strict=True
    ):
        steps, limit = (size, output_size) if window.transposed else (output_size, size)
        places = stride * torch.arange(steps)[:, None] - padding + dilation * torch.arange(taps)
        valid = (places >= 0) & (places < limit)
        along_axis = valid.sum(1) if window.transposed else places[valid].bincount(minlength=size)
        reached = reached[..., None] * along_axis
    return reached.to(device)

"""Pooling: the mean of spikes is analog, so what follows multiplies; their maximum is a spike."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from suites.energy.call import ANALOG, Call

MEAN = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
MEAN_TO_SIZE = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
MAXIMUM = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)


def claims(module: nn.Module) -> bool:
    return isinstance(module, (*MEAN, *MEAN_TO_SIZE, *MAXIMUM))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    """An addition or a comparison per input, and a multiplication per mean.

    Exact where windows tile the input; overlapping ones share what they can.
    """
    means = 0 if isinstance(module, MAXIMUM) else y.numel()
    work = {"add": x.numel(), "mul": means} if means else {"compare": x.numel()}
    spikes = 0.0 if reads == ANALOG else x.abs().sum(dtype=torch.float64).item()
    about = {"reads": reads, "spikes": spikes, "operations": work}
    return Call.of("pool", type(module).__name__, x, y, **about)

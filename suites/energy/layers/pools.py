"""Pools: the mean of spikes is analog, so that the next layer multiplies; a maximum is a spike."""

from __future__ import annotations

from torch import Tensor, nn

from suites.energy.counts import Call
from suites.energy.values import ANALOG, count_spikes

MEAN = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
MEAN_TO_SIZE = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
MAXIMUM = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)


def applies_to(module: nn.Module) -> bool:
    return isinstance(module, (*MEAN, *MEAN_TO_SIZE, *MAXIMUM))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    return pool_call(type(module).__name__, x, y, reads, mean=not isinstance(module, MAXIMUM))


def pool_call(name: str, x: Tensor, y: Tensor, reads: str, mean: bool) -> Call:
    """Count an addition or a comparison per input, and a multiplication per mean.

    This is exact if every input is in one window; an upper bound if windows overlap.
    """
    operations = {"add": x.numel(), "mul": y.numel()} if mean else {"compare": x.numel()}
    spikes = 0.0 if reads == ANALOG else count_spikes(x, reads)[0].item()
    return Call.from_tensors("pool", name, x, y, reads, spikes=spikes, operations=operations)

"""Pooling: the mean of spikes is analog, so what follows multiplies; their maximum is a spike."""

from __future__ import annotations

from torch import Tensor, nn

from suites.energy.call import ANALOG, Call, spikes

MEAN = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
MEAN_TO_SIZE = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
MAXIMUM = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)


def claims(module: nn.Module) -> bool:
    return isinstance(module, (*MEAN, *MEAN_TO_SIZE, *MAXIMUM))


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    return pooled(type(module).__name__, x, y, reads, mean=not isinstance(module, MAXIMUM))


def pooled(model: str, x: Tensor, y: Tensor, reads: str, mean: bool) -> Call:
    """An addition or a comparison per input, and a multiplication per mean.

    Exact where windows tile the input; overlapping ones share what they can.
    """
    work = {"add": x.numel(), "mul": y.numel()} if mean else {"compare": x.numel()}
    read = 0.0 if reads == ANALOG else spikes(x, reads)[0].item()
    return Call.of("pool", model, x, y, reads, spikes=read, operations=work)

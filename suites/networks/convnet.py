"""Five layers with weights, for when a small network will do.

    (Conv C - BN - neuron - Conv 2C - BN - neuron - max pool 2) - the same at 2C, 4C - FC

Max pools keep spikes binary, so that all layers but the first accumulate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from suites.networks import spiking
from suites.networks.spiking import Each


def convnet(
    neuron: str | Sequence[str],
    classes: int = 10,
    channels: int = 3,
    width: int = 32,
    **options: Any,
) -> nn.Sequential:
    """[T, N, channels, H, W] -> [T, N, classes], 4 layers of neurons; H and W are at least 4."""
    made: list[nn.Module] = []
    inside = channels
    for i, fire in enumerate(spiking.layers(neuron, 4, **options)):
        outside = width * (1, 2, 2, 4)[i]
        conv = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        made += [Each(conv, nn.BatchNorm2d(outside)), fire]
        if i % 2:
            made.append(Each(nn.MaxPool2d(2)))
        inside = outside
    return nn.Sequential(*made, Each(nn.Flatten(), nn.LazyLinear(classes)))

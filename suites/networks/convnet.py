"""A small network: five layers with weights.

    (Conv C - BN - neuron - Conv 2C - BN - neuron - max pool 2) - the same at 2C, 4C - FC

Max pools keep spikes binary, so that all layers but the first need only additions.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from suites.networks import spiking
from suites.networks.spiking import Models, PerStep


def convnet(
    models: Models,
    classes: int = 10,
    channels: int = 3,
    width: int = 32,
    **options: Any,
) -> nn.Sequential:
    """Build [T, N, channels, H, W] -> [T, N, classes], H and W >= 4; 4 layers of neurons."""
    layers: list[nn.Module] = []
    in_channels = channels
    for i, neurons in enumerate(spiking.neuron_layers(models, 4, **options)):
        out_channels = width * (1, 2, 2, 4)[i]
        conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        layers += [PerStep(conv, nn.BatchNorm2d(out_channels)), neurons]
        if i % 2:
            layers.append(PerStep(nn.MaxPool2d(2)))
        in_channels = out_channels
    return nn.Sequential(*layers, PerStep(nn.Flatten(), nn.LazyLinear(classes)))

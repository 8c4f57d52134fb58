"""ResNet-18 and ResNet-19 of wide blocks: a block adds its spikes to those of its shortcut.

    Conv 128 - BN - neuron - 3 blocks of 128, 3 of 256, 2 of 512 - mean - FC
    block: x -> (Conv - BN - neuron) x 2 + x

The first blocks of 256 and of 512 have stride 2, and a 1x1 convolution, BN and neuron as their
shortcut. ResNet-19 has a layer of 256 neurons before the classifier. No layer has a bias.

Source: DS-ATGO, Table 4, which prints 3 blocks of 512; the MACs of its Table 2 are those of 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from suites.networks import spiking
from suites.networks.spiking import Models, PerStep

WIDTHS = (128, 128, 128, 256, 256, 256, 512, 512)


def _conv(
    in_channels: int, out_channels: int, size: int, stride: int, neurons: nn.Module
) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, out_channels, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(PerStep(conv, nn.BatchNorm2d(out_channels)), neurons)


class Block(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, neurons: Iterator[nn.Module]) -> None:
        super().__init__()
        stride = out_channels // in_channels
        self.conv1 = _conv(in_channels, out_channels, 3, stride, next(neurons))
        self.conv2 = _conv(out_channels, out_channels, 3, 1, next(neurons))
        same = in_channels == out_channels
        self.shortcut = None if same else _conv(in_channels, out_channels, 1, stride, next(neurons))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return shortcut + self.conv2(self.conv1(x))


def resnet18(models: Models, classes: int = 10, channels: int = 3, **options: Any) -> nn.Sequential:
    """Build [T, N, channels, H, W] -> [T, N, classes], 19 layers of neurons, 2 in shortcuts."""
    neurons = spiking.neuron_layers(models, 19, **options)
    return nn.Sequential(*_body(channels, neurons), nn.Linear(512, classes, bias=False))


def resnet19(
    models: Models,
    classes: int = 10,
    channels: int = 3,
    hidden_norm: bool = False,
    **options: Any,
) -> nn.Sequential:
    """Build [T, N, channels, H, W] -> [T, N, classes], 20 layers of neurons, 2 in shortcuts.

    `hidden_norm=True` adds a BN after the layer of 256, as in the authors' code; Table 4 has none.
    """
    neurons = spiking.neuron_layers(models, 20, **options)
    body = _body(channels, neurons)
    hidden: nn.Module = nn.Linear(512, 256, bias=False)
    if hidden_norm:
        hidden = PerStep(hidden, nn.BatchNorm1d(256))
    return nn.Sequential(*body, hidden, next(neurons), nn.Linear(256, classes, bias=False))


def _body(channels: int, neurons: Iterator[nn.Module]) -> list[nn.Module]:
    in_channels = WIDTHS[0]
    layers: list[nn.Module] = [_conv(channels, in_channels, 3, 1, next(neurons))]
    for out_channels in WIDTHS:
        layers.append(Block(in_channels, out_channels, neurons))
        in_channels = out_channels
    return [*layers, PerStep(nn.AdaptiveAvgPool2d(1), nn.Flatten())]

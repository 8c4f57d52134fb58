"""ResNet-18 with the norm and the neurons of a block before its convolution.

    Conv 64 - 8 blocks of x -> (BN - neuron - Conv) x 2 + shortcut - BN - neuron - mean - FC

The shortcut is x, or where the size changes a 1x1 convolution of the first spikes. All
convolutions but the first have a bias; the shortcuts have no BN.

Source: CLIF (Huang et al. 2024), Table 6, and the authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from suites.networks import spiking
from suites.networks.spiking import Models, PerStep

WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)


class Block(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, neurons: Iterator[nn.Module]) -> None:
        super().__init__()
        stride = out_channels // in_channels
        same = in_channels == out_channels
        self.norm1, self.neurons1 = PerStep(nn.BatchNorm2d(in_channels)), next(neurons)
        self.conv1 = PerStep(nn.Conv2d(in_channels, out_channels, 3, stride, padding=1))
        self.norm2, self.neurons2 = PerStep(nn.BatchNorm2d(out_channels)), next(neurons)
        self.conv2 = PerStep(nn.Conv2d(out_channels, out_channels, 3, padding=1))
        self.shortcut = None if same else PerStep(nn.Conv2d(in_channels, out_channels, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        s = self.neurons1(self.norm1(x))
        shortcut = s if self.shortcut is None else self.shortcut(s)
        return shortcut + self.conv2(self.neurons2(self.norm2(self.conv1(s))))


def resnet18(models: Models, classes: int = 10, channels: int = 3, **options: Any) -> nn.Sequential:
    """Build [T, N, channels, H, W] -> [T, N, classes], 17 layers of neurons."""
    neurons = spiking.neuron_layers(models, 17, **options)
    blocks, in_channels = [], WIDTHS[0]
    for out_channels in WIDTHS:
        blocks.append(Block(in_channels, out_channels, neurons))
        in_channels = out_channels
    first = PerStep(nn.Conv2d(channels, WIDTHS[0], 3, padding=1, bias=False))
    head = PerStep(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(in_channels, classes))
    norm = PerStep(nn.BatchNorm2d(in_channels))
    return nn.Sequential(first, *blocks, norm, next(neurons), head)

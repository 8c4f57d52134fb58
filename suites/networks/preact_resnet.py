"""ResNet-18 whose blocks normalise and fire before they convolve.

    Conv 64 - 8 blocks of x -> (BN - neuron - Conv) x 2 + shortcut - BN - neuron - mean - FC

The shortcut is x, or where the size changes a 1x1 convolution of the first spikes. All
convolutions but the first have a bias; the shortcuts have no BN.

Source: CLIF (Huang et al. 2024), Table 6, and the authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

from suites.networks import spiking
from suites.networks.spiking import Each

WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)


class Block(nn.Module):
    def __init__(self, inside: int, outside: int, fires: Iterator[nn.Module]) -> None:
        super().__init__()
        stride = outside // inside
        same = inside == outside
        self.norm1, self.fire1 = Each(nn.BatchNorm2d(inside)), next(fires)
        self.conv1 = Each(nn.Conv2d(inside, outside, 3, stride, padding=1))
        self.norm2, self.fire2 = Each(nn.BatchNorm2d(outside)), next(fires)
        self.conv2 = Each(nn.Conv2d(outside, outside, 3, padding=1))
        self.shortcut = None if same else Each(nn.Conv2d(inside, outside, 1, stride))

    def forward(self, x: Tensor) -> Tensor:
        s = self.fire1(self.norm1(x))
        past = s if self.shortcut is None else self.shortcut(s)
        return past + self.conv2(self.fire2(self.norm2(self.conv1(s))))


def resnet18(
    neuron: str | Sequence[str], classes: int = 10, channels: int = 3, **options: Any
) -> nn.Sequential:
    """[T, N, channels, H, W] -> [T, N, classes], 17 layers of neurons."""
    fires = spiking.layers(neuron, 17, **options)
    blocks, inside = [], WIDTHS[0]
    for outside in WIDTHS:
        blocks.append(Block(inside, outside, fires))
        inside = outside
    first = Each(nn.Conv2d(channels, WIDTHS[0], 3, padding=1, bias=False))
    head = Each(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))
    norm = Each(nn.BatchNorm2d(inside))
    return nn.Sequential(first, *blocks, norm, next(fires), head)

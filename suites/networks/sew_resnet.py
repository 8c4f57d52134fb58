"""ResNet-18 and ResNet-19 of wide blocks, whose spikes are added to those of the shortcut.

    Conv 128 - BN - neuron - 3 blocks of 128, 3 of 256, 2 of 512 - mean - FC
    block: x -> (Conv - BN - neuron) x 2 + x

The first blocks of 256 and of 512 have stride 2, and a 1x1 convolution, BN and neuron as their
shortcut. ResNet-19 has 256 more neurons before the classifier. No layer with weights has a bias.

Source: DS-ATGO, Table 4, which prints 3 blocks of 512; the MACs of its Table 2 are those of 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

from suites.networks import spiking
from suites.networks.spiking import Each

WIDTHS = (128, 128, 128, 256, 256, 256, 512, 512)


def _conv(inside: int, outside: int, size: int, stride: int, fire: nn.Module) -> nn.Sequential:
    conv = nn.Conv2d(inside, outside, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(Each(conv, nn.BatchNorm2d(outside)), fire)


class Block(nn.Module):
    def __init__(self, inside: int, outside: int, fires: Iterator[nn.Module]) -> None:
        super().__init__()
        stride = outside // inside
        self.conv1 = _conv(inside, outside, 3, stride, next(fires))
        self.conv2 = _conv(outside, outside, 3, 1, next(fires))
        same = inside == outside
        self.shortcut = None if same else _conv(inside, outside, 1, stride, next(fires))

    def forward(self, x: Tensor) -> Tensor:
        past = x if self.shortcut is None else self.shortcut(x)
        return past + self.conv2(self.conv1(x))


def resnet18(
    neuron: str | Sequence[str], classes: int = 10, channels: int = 3, **options: Any
) -> nn.Sequential:
    """[T, N, channels, H, W] -> [T, N, classes], 19 layers of neurons, 2 of them in shortcuts."""
    fires = spiking.layers(neuron, 19, **options)
    return nn.Sequential(*_body(channels, fires), nn.Linear(512, classes, bias=False))


def resnet19(
    neuron: str | Sequence[str], classes: int = 10, channels: int = 3, **options: Any
) -> nn.Sequential:
    """[T, N, channels, H, W] -> [T, N, classes], 20 layers of neurons, 2 of them in shortcuts."""
    fires = spiking.layers(neuron, 20, **options)
    body = _body(channels, fires)
    hidden, last = nn.Linear(512, 256, bias=False), nn.Linear(256, classes, bias=False)
    return nn.Sequential(*body, hidden, next(fires), last)


def _body(channels: int, fires: Iterator[nn.Module]) -> list[nn.Module]:
    inside = WIDTHS[0]
    made: list[nn.Module] = [_conv(channels, inside, 3, 1, next(fires))]
    for outside in WIDTHS:
        made.append(Block(inside, outside, fires))
        inside = outside
    return [*made, Each(nn.AdaptiveAvgPool2d(1), nn.Flatten())]

"""Sequential CIFAR: a picture is read column by column, T = 32, and convolved along the column.

    (Conv1d 128, k=3 - BN - neuron) x 3 - mean pool 2      twice
    FC 256 - neuron - FC

Source: DSN (parallel training), Table B.10; the convolutions have no bias, as in PSN (Fang et al.
2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from suites.networks import spiking
from suites.networks.spiking import Each

HEIGHT, WIDTH = 32, 128


def network(neuron: str | Sequence[str], classes: int = 10, **options: Any) -> nn.Sequential:
    """[T, N, 3, 32] -> [T, N, classes], 7 layers of neurons."""
    fires = spiking.layers(neuron, 7, **options)
    made: list[nn.Module] = []
    channels = 3
    for _ in range(2):
        for _ in range(3):
            conv = nn.Conv1d(channels, WIDTH, 3, padding=1, bias=False)
            made += [Each(conv, nn.BatchNorm1d(WIDTH)), next(fires)]
            channels = WIDTH
        made.append(Each(nn.AvgPool1d(2)))
    flat = Each(nn.Flatten(), nn.Linear(WIDTH * HEIGHT // 4, 256))
    return nn.Sequential(*made, flat, next(fires), nn.Linear(256, classes))

"""Sequential CIFAR: each step reads one column of an image, T = 32, and convolves along it.

    (Conv1d 128, k=3 - BN - neuron) x 3 - mean pool 2      twice
    FC 256 - neuron - FC

Source: DSN (parallel training), Table B.10; the convolutions have no bias, as in PSN (Fang et al.
2023).
"""

from __future__ import annotations

from typing import Any

from torch import nn

from suites.networks import spiking
from suites.networks.spiking import Models, PerStep

HEIGHT, WIDTH = 32, 128


def network(models: Models, classes: int = 10, **options: Any) -> nn.Sequential:
    """Build [T, N, 3, 32] -> [T, N, classes], 7 layers of neurons."""
    neurons = spiking.neuron_layers(models, 7, **options)
    layers: list[nn.Module] = []
    channels = 3
    for _ in range(2):
        for _ in range(3):
            conv = nn.Conv1d(channels, WIDTH, 3, padding=1, bias=False)
            layers += [PerStep(conv, nn.BatchNorm1d(WIDTH)), next(neurons)]
            channels = WIDTH
        layers.append(PerStep(nn.AvgPool1d(2)))
    flat = PerStep(nn.Flatten(), nn.Linear(WIDTH * HEIGHT // 4, 256))
    return nn.Sequential(*layers, flat, next(neurons), nn.Linear(256, classes))

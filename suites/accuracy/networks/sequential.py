"""The network for Sequential CIFAR in small: each step reads one column and convolves along it.

    (Conv1d 32, k=3 - BN - neurons) x 2 - mean pool 2 - FC 64 - neurons - FC

It reads [T, N, C, L], or [T, N, L] as one channel; L >= 2.

Source: after DSN (parallel training), Table B.10.
"""

from __future__ import annotations

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task
from suites.networks.spiking import PerStep

WIDTH, HIDDEN = 32, 64


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, C, L] or [T, N, L] -> [T, N, task.outputs]."""
    step = task.train.x.shape[2:]
    if len(step) not in (1, 2) or step[-1] < 2:
        shape = tuple(step)
        raise ValueError(f"sequential reads columns; a step of this task has the shape {shape}")
    parts: list[nn.Module] = [nn.Unflatten(2, (1, -1))] if len(step) == 1 else []
    channels, length = (1, *step)[-2:]
    neurons = layers(3)
    for _ in range(2):
        conv = nn.Conv1d(channels, WIDTH, 3, padding=1, bias=False)
        parts += [PerStep(conv, nn.BatchNorm1d(WIDTH)), next(neurons)]
        channels = WIDTH
    pool = PerStep(nn.AvgPool1d(2), nn.Flatten(), nn.Linear(WIDTH * (length // 2), HIDDEN))
    return nn.Sequential(*parts, pool, next(neurons), nn.Linear(HIDDEN, task.outputs))

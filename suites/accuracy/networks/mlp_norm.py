"""Two layers of neurons with normalisation: (Linear - BN - neurons) x 2 - Linear."""

from __future__ import annotations

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task
from suites.networks.spiking import PerStep

HIDDEN, DEPTH = 128, 2


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, *] -> [T, N, task.outputs]."""
    x = task.train.x
    parts: list[nn.Module] = [nn.Flatten(2)] if x.ndim > 3 else []
    width = x[0, 0].numel()
    for neurons in layers(DEPTH):
        linear = nn.Linear(width, HIDDEN, bias=False)
        parts += [PerStep(linear, nn.BatchNorm1d(HIDDEN)), neurons]
        width = HIDDEN
    return nn.Sequential(*parts, nn.Linear(HIDDEN, task.outputs))

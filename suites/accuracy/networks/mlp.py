"""One layer of neurons: Linear - neurons - Linear, without normalisation."""

from __future__ import annotations

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task

HIDDEN = 128  # neurons


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, *] -> [T, N, task.outputs]."""
    x = task.train.x
    flat = [nn.Flatten(2)] if x.ndim > 3 else []
    first, last = nn.Linear(x[0, 0].numel(), HIDDEN), nn.Linear(HIDDEN, task.outputs)
    return nn.Sequential(*flat, first, *layers(1), last)

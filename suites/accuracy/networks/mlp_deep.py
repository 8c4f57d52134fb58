"""Six layers of neurons without normalisation, 64 wide: what dies out shows in the deeper ones.

Source: ours, for DS-ATGO's Fig. 6 and 11 in small.
"""

from __future__ import annotations

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task

DEPTH, WIDTH = 6, 64


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, *] -> [T, N, task.outputs]."""
    modules: list[nn.Module] = [nn.Flatten(2)] if task.train.x.ndim > 3 else []
    width = task.train.x[0, 0].numel()
    for neurons in layers(DEPTH):
        modules += [nn.Linear(width, WIDTH), neurons]
        width = WIDTH
    return nn.Sequential(*modules, nn.Linear(width, task.outputs))

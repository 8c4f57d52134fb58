"""STC's predictor of the next frame in small: `suites.networks.predictor`, 16 channels wide."""

from __future__ import annotations

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task
from suites.networks.predictor import predictor

WIDTH = 16


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, C, H, W] -> [T, N, C, H, W], at each step the prediction of the next frame."""
    step = task.train.x.shape[2:]
    if len(step) != 3:
        raise ValueError(f"predictor reads images; a step of this task has the shape {tuple(step)}")
    return predictor(layers, step[0], WIDTH)

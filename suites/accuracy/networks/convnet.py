"""The 5-layer convolutional network of `suites.networks.convnet`, 16 channels wide.

It reads images [T, N, C, H, W], and square ones that the task has flattened, [T, N, H * W].
"""

from __future__ import annotations

import math

from torch import nn

from suites.accuracy.networks import Layers
from suites.accuracy.task import Task
from suites.networks.convnet import convnet

WIDTH = 16


def build(task: Task, layers: Layers) -> nn.Sequential:
    """Build [T, N, C, H, W] or [T, N, H * W] -> [T, N, task.outputs]."""
    step = task.train.x.shape[2:]
    side = math.isqrt(step[-1])
    if len(step) == 1 and side >= 4 and side**2 == step[0]:
        images = nn.Unflatten(2, (1, side, side))
        return nn.Sequential(images, *convnet(layers, task.outputs, 1, WIDTH))
    if len(step) != 3:
        raise ValueError(f"convnet reads images; a step of this task has the shape {tuple(step)}")
    return convnet(layers, task.outputs, step[0], WIDTH)

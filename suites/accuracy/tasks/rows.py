"""Handwritten digits row by row: T = 8 steps of 8 pixels, 10 classes.

The images and the split are those of `digits`. A network sees one row at a time, from top to
bottom, so it has to keep what the rows before looked like. That tells neurons apart which static
images do not: without a memory of several steps, only the rows' own pixels count.

Shapes: x [8, N, 8], y [N]; 1198 samples to train, 599 to test.

Source: as `digits`; row by row as in Le, Jaitly & Hinton 2015.
"""

from __future__ import annotations

from suites.accuracy.task import Split, Task
from suites.accuracy.tasks import digits

ROWS = 8


def load() -> Task:
    """Return the task."""
    return sequence(ROWS)


def sequence(steps: int) -> Task:
    """Return the digits cut into `steps` pieces of the same length, in reading order."""

    def cut(split: Split) -> Split:
        images = split.x[0]  # the same at every step
        return Split(images.view(len(images), steps, -1).transpose(0, 1).contiguous(), split.y)

    task = digits.load()
    return task._replace(train=cut(task.train), test=cut(task.test))

"""Handwritten digits pixel by pixel: T = 64 steps of one number, 10 classes.

The hardest order in which to see the images of `digits`: what a row looks like must be kept for 8
steps, the first row for 64. It tells apart how long neurons remember.

Shapes: x [64, N, 1], y [N]; 1198 samples to train, 599 to test.

Source: as `digits`; pixel by pixel as in Le, Jaitly & Hinton 2015.
"""

from suites.accuracy.task import Task
from suites.accuracy.tasks import rows

PIXELS = 64


def load() -> Task:
    """Return the task."""
    return rows.sequence(PIXELS)

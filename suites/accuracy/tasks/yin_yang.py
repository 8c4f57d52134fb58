"""Yin and yang: in which part of the sign does a point lie? Coded in the time of four spikes.

The sign is a circle in the unit square: yang, yin and the two dots are the 3 classes. A point (a,
b) is four pulses of 2.0, one per channel, at the times a, b, 1 - a and 1 - b, scaled to 16 steps. A
pulse between two steps is shared by them, and the nearer one gets more. What counts is when pulses
come: their sum is the same for every point. A linear classifier of the four times is wrong for
about a third.

Shapes: x [16, N, 4], y [N]; 1500 samples to train, 750 to test.

Source: Kriener, Goeltz & Petrovici 2022.
"""

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

STEPS, CLASSES = 16, 3
TRAIN, TEST = 1500, 750
PULSE = 2.0
DRAWN = 20000  # points in the square, of which a tenth is in each of the small dots' class
DOT, CIRCLE = 0.1, 0.5  # radii of a dot and of the sign


def load() -> Task:
    """Return the task."""
    rng, samples = np.random.default_rng(0), TRAIN + TEST
    a, b = rng.random((2, DRAWN))
    inside = np.hypot(a - CIRCLE, b - CIRCLE) <= CIRCLE
    part = np.where(inside, parts(a, b), CLASSES)
    y = _generated.classes(rng, CLASSES, TRAIN, TEST)
    point = np.empty(samples, dtype=int)
    for c in range(CLASSES):
        point[y == c] = np.flatnonzero(part == c)[: (y == c).sum()]
    times = np.stack([a, b, 1 - a, 1 - b], -1)[point] * (STEPS - 1)
    distance = np.abs(np.arange(STEPS)[:, None, None] - times)
    x = PULSE * np.maximum(0, 1 - distance)
    return _generated.task(x, y, TRAIN, CLASSES)


def parts(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the part of the sign for points in its circle: 0 yang, 1 yin, 2 a dot."""
    left, right = (np.hypot(a - x * CIRCLE, b - CIRCLE) for x in (0.5, 1.5))
    yin = (left <= CIRCLE / 2) | ((b > CIRCLE) & (right > CIRCLE / 2))
    return np.where((left < DOT) | (right < DOT), 2, yin.astype(int))

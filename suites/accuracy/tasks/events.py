"""Events of a camera on a ring of lights: position and order of the flashes reveal the class.

A ring of 5 lights lies in one quarter of a sensor of 12 x 12 pixels. One after the other, starting
anywhere, each light goes on for a step and off in the next: 2 x 2 pixels report events of polarity
1, then of polarity 0. The next light is always 1, 2, 3 or 4 places further: that is the order, one
of 4. Class c shows order c in quarter c, so each of the two alone is enough to know it.

    frame [2, 12, 12] of a step = events of each polarity; a fifth of them is lost, noise is added

A network that classifies as well when the frames of a sample are shuffled has learned the position
alone. The control is `events_order`: the same recordings, with the order as the only clue.

Shapes: x [10, N, 2, 12, 12], y [N]; 1536 samples to train, 512 to test.

Source: ours, for the experiment of STC (Wang & Yu 2024), Fig. 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

CLASSES = 4
TRAIN, TEST = 1536, 512
SENSOR = 12  # pixels along a side
BURST = 8.0  # events of a pixel
LOST, NOISE = 0.25, 0.01  # the chance of an event to get lost, and of one from nowhere
RING = np.array([[0, 2], [1, 4], [3, 3], [3, 1], [1, 0]])  # the upper left corners of the lights
ON, OFF = 1, 0  # polarity: it became brighter, or darker


def load() -> Task:
    """Return the task."""
    rng = np.random.default_rng(0)
    y = _generated.classes(rng, CLASSES, TRAIN, TEST)
    return _generated.task(record(rng, y, y), y, TRAIN, CLASSES)


def record(
    rng: np.random.Generator, order: NDArray[np.int64], quarter: NDArray[np.int64]
) -> NDArray[np.floating]:
    """Return the frames [T, N, 2, H, W] of recordings with an order and a quarter (both 0..3)."""
    samples, lights = len(order), len(RING)
    frames = rng.random((2 * lights, samples, 2, SENSOR, SENSOR)) < NOISE
    corners = np.stack([quarter // 2, quarter % 2], -1) * (SENSOR // 2)
    first = rng.integers(lights, size=samples)
    for flash in range(lights):
        row, column = (RING[(first + flash * (order + 1)) % lights] + corners).T
        for step, polarity in ((2 * flash, ON), (2 * flash + 1, OFF)):
            for pixel in range(4):
                seen = rng.random(samples) >= LOST
                place = (np.arange(samples), polarity, row + pixel // 2, column + pixel % 2)
                frames[(step, *place)] |= seen
    return frames * BURST

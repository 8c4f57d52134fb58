"""Events of a camera on a ring of lights: the order of the flashes alone reveals the class.

The recordings are those of `events`, but the quarter of the sensor is drawn without regard to the
class. Each light flashes once in every recording and any may be the first, so neither a single
frame nor the sum of all says anything about the class: only what follows what does.

Shapes: x [10, N, 2, 12, 12], y [N]; 1536 samples to train, 512 to test.

Source: ours, the control of the experiment of STC (Wang & Yu 2024), Fig. 4.
"""

import numpy as np

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated, events


def load() -> Task:
    """Return the task."""
    rng = np.random.default_rng(0)
    y = _generated.classes(rng, events.CLASSES, events.TRAIN, events.TEST)
    quarter = rng.integers(events.CLASSES, size=len(y))
    return _generated.task(events.record(rng, y, quarter), y, events.TRAIN, events.CLASSES)

"""Delayed recall: which of 8 classes was shown 63 steps ago?

Eight channels show the class as a pulse of 2.0 in the first step, one has noise in every step,
N(0, .5^2), and one a pulse of 2.0, the cue, in the last. Only the outputs of the last step count,
so the class has to survive the noise: a leaky potential forgets it. Chance is an error of 7/8.

Shapes: x [64, N, 10], y [N]; 768 samples to train, 256 to test.

Source: ours, after the cue-delay tasks of Bellec et al. 2018.
"""

import numpy as np

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

STEPS, CLASSES = 64, 8
TRAIN, TEST = 768, 256
PULSE, NOISE = 2.0, 0.5


def load(steps: int = STEPS) -> Task:
    """Return the task: the delay is one step shorter than `steps`."""
    rng, samples = np.random.default_rng(0), TRAIN + TEST
    y = _generated.classes(rng, CLASSES, TRAIN, TEST)
    x = np.zeros((steps, samples, CLASSES + 2))
    x[0, np.arange(samples), y] = PULSE
    x[:, :, CLASSES] = NOISE * rng.standard_normal((steps, samples))
    x[-1, :, CLASSES + 1] = PULSE
    return _generated.task(x, y, TRAIN, CLASSES, loss="last")

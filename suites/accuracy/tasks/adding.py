"""Adding: the sum of two numbers that arrive at random steps among 64.

In one random step of each half, one channel has a pulse of 4 times a number of U(0, 1), and the
other a pulse of 2.0; all else is 0. At the last step the output shall be the sum of the two
numbers. It tells apart who keeps an amount, not only a class. Always saying 1 has a squared error
of 1/6.

The original has numbers in all other steps as well, to be ignored: a network of one hidden layer
does not learn that from so few samples.

Shapes: x [64, N, 2], y [1, N, 1], the value at the last step; 1024 samples to train, 256 to test.

Source: after Hochreiter & Schmidhuber 1997, in the form of Le, Jaitly & Hinton 2015.
"""

import numpy as np

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

STEPS = 64
TRAIN, TEST = 1024, 256
PULSE, MARK = 4.0, 2.0


def load(steps: int = STEPS) -> Task:
    """Return the task."""
    rng, samples = np.random.default_rng(0), TRAIN + TEST
    marks = np.zeros((steps, samples))
    for half in (0, steps // 2):
        marks[rng.integers(half, half + steps // 2, samples), np.arange(samples)] = 1
    numbers = rng.random((steps, samples)) * marks
    x = np.stack([PULSE * numbers, MARK * marks], -1)
    return _generated.task(x, numbers.sum(0)[None, :, None], TRAIN, 1, loss="mse")

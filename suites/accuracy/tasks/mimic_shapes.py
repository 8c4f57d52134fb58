"""Mimic LIF neurons, as `mimic`, on regular signals: sines, sigmoids, steps and random pulses.

    sine     a sin(2 pi (c - 1) t / (T - 1)) + b   a: 5 in [-2, 3], b: 8 in [-2, 3], c: 5 in [5, 15]
    sigmoid  a sigmoid(20 t / (T - 1) - 10 + b)    a: 10 in [-2, 5], b: 20 in [-10, 10]
    step     a Theta(t - b)                        a: 10 in [-2, 5], b: 20 in [0, T]
    pulses   a Theta(U(0, 1) - p)                  a: 5 in [-1, 5], p: 5 in [.3, 1], 8 times each

200 signals of each kind, for t = 0 .. T - 1; 50 are 0 throughout, with b = T or p = 1. The paper's
table has "[10 : 10 : 20]" for b of the sigmoid, 20 times the same value: we take -10 for the first
one.

Shapes: x [128, N, 6], y [128, N, 6]; 720 samples to train, 80 to test, drawn at random.

Source: DSN, B.7, dataset B, Table B.14.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.task import Task
from suites.accuracy.tasks.mimic import STEPS, imitation

TRAIN = 720


def load() -> Task:
    """Return the task."""
    rng = np.random.default_rng(0)
    return imitation(rng.permutation(signals(rng), axis=1), TRAIN)


def signals(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the signals [T, 800]."""
    t = np.arange(STEPS)[:, None]
    a, b, c = _combined((-2, 3, 5), (-2, 3, 8), (5, 15, 5))
    sine = a * np.sin(2 * np.pi * (c - 1) / (STEPS - 1) * t) + b
    a, b = _combined((-2, 5, 10), (-10, 10, 20))
    sigmoid = a / (1 + np.exp(-(20 / (STEPS - 1) * t - 10 + b)))
    a, b = _combined((-2, 5, 10), (0, STEPS, 20))
    step = a * (t >= b)
    a, p, _ = _combined((-1, 5, 5), (0.3, 1, 5), (1, 8, 8))
    pulses = a * (rng.random((STEPS, len(a))) >= p)
    return np.concatenate([sine, sigmoid, step, pulses], axis=1)


def _combined(*ranges: tuple[float, float, int]) -> list[NDArray[np.float64]]:
    """Return all combinations of evenly spaced values (first, last, count), flat."""
    grid = np.meshgrid(*(np.linspace(*values) for values in ranges), indexing="ij")
    return [values.ravel() for values in grid]

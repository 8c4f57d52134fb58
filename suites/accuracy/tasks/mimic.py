"""Mimic LIF neurons: from a signal, the potentials of six of them before their reset.

    h[t] = v[t-1] + (x[t] - v[t-1]) / tau,    s[t] = Theta(h[t] - 1)
    v[t] = (1 - s[t]) h[t] in the first three, h[t] - s[t] in the last three

tau is 4/3, 2 and 4, with hard and with soft reset: six channels with the same signal. It
tells which neurons without a reset can do what a reset does. Here the signal is noise, N(1, 2^2);
`mimic_shapes` has regular ones.

Shapes: x [128, N, 6], y [128, N, 6]; 10000 samples to train, 1000 to test.

Source: DSN, B.7, dataset A.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suites.accuracy.task import Task
from suites.accuracy.tasks import _generated

STEPS = 128
TRAIN, TEST = 10000, 1000
TAUS = (4 / 3, 2.0, 4.0)
V_TH = 1.0


def load() -> Task:
    """Return the task."""
    rng = np.random.default_rng(0)
    return imitation(rng.normal(1, 2, (STEPS, TRAIN + TEST)), TRAIN)


def imitation(signal: NDArray[np.float64], train: int) -> Task:
    """Return the task for signals [T, N], whose first `train` are the training set."""
    x = np.repeat(signal[:, :, None], 2 * len(TAUS), 2)
    return _generated.task(x, potentials(x), train, 2 * len(TAUS), loss="mse")


def potentials(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return h [T, N, 6] of the six neurons."""
    tau = np.array(TAUS * 2)
    hard = np.repeat([True, False], len(TAUS))
    h, v = np.empty_like(x), np.zeros(x.shape[1:])
    for t in range(len(x)):
        h[t] = v + (x[t] - v) / tau
        spike = h[t] >= V_TH
        v = np.where(hard, h[t] * ~spike, h[t] - spike * V_TH)
    return h

"""Forecasting: 8 channels with a daily cycle, from 24 hours of which the next 24 are to be told.

    s[t] = sum_k a_k sin(2 pi k t / 24 + p_k) + n[t],    k = 1, 2,    n[t] = .9 n[t-1] + .2 e[t]

with amplitudes a_k ~ U(.5, 1) / k, phases p_k ~ U(0, 2 pi) and e ~ N(0, 1) for each channel. The
4000 steps are split 7:1:2 in time order; every channel has mean 0 and variance 1 in the first part,
which is for training, and the last is the test set. On the part between them a recipe
such as `dsn_tsf` chooses when to stop. It tells apart how well neurons keep analog values and their
phase.

Shapes: x [24, N, 8], y [1, N, horizon * 8], what the last step's outputs shall be, hour by
hour; 689 samples to train, 189 to test. A window starts at every fourth step.

Source: ours, in the form of the forecasts of DSN, 5.3 and B.3.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from suites.accuracy.task import Split, Task
from suites.accuracy.tasks import _generated

LENGTH, CHANNELS, DAY = 4000, 8, 24
READ, STRIDE = 24, 4
PARTS = (0.7, 0.8)  # of the series: where the training part ends, and where the test part starts


def load(horizon: int = DAY) -> Task:
    """Return the task for a horizon in hours; the papers' are 6, 24, 48 and 96."""
    values = signal(np.random.default_rng(0))
    end, start = (int(part * LENGTH) for part in PARTS)
    values = (values - values[:end].mean(0)) / values[:end].std(0)
    parts = (values[:end], values[start:], values[end:start])
    train, test, between = (windows(part, horizon) for part in parts)
    return Task(train, test, horizon * CHANNELS, loss="mse", validation=between)


def signal(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the series [T, channels]."""
    hours = np.arange(LENGTH)[:, None]
    noise = np.zeros((LENGTH, CHANNELS))
    for t, e in enumerate(rng.standard_normal((LENGTH, CHANNELS))):
        noise[t] = 0.9 * noise[t - 1] + 0.2 * e
    cycle = np.zeros((LENGTH, CHANNELS))
    for k in (1, 2):
        size, phase = rng.uniform(0.5, 1, CHANNELS) / k, rng.uniform(0, 2 * np.pi, CHANNELS)
        cycle += size * np.sin(2 * np.pi * k * hours / DAY + phase)
    return cycle + noise


def windows(values: NDArray[np.float64], horizon: int) -> Split:
    """Return what is read and what is to be told, for all windows of a part of the series."""
    pieces = sliding_window_view(values, READ + horizon, axis=0)[::STRIDE]  # [N, channels, T]
    pieces = pieces.transpose(2, 0, 1)
    told = pieces[READ:].transpose(1, 0, 2).reshape(1, pieces.shape[1], -1)
    return Split(_generated.tensor(pieces[:READ]), _generated.tensor(told))

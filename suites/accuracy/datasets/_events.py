"""Recordings of event cameras with 128 x 128 pixels, as spikingjelly.datasets unpacks them.

Its `events_np` has a file .npz for each recording, with the arrays t, x, y and p, in time order.
The module cannot be imported beside a torch for CPUs alone: it needs torchvision's operators.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from suites.accuracy.task import Split

SENSOR = 128  # pixels along a side


def split(files: dict[Path, int], steps: int, side: int) -> Split:
    """Return x [steps, N, 2, side, side] and y [N] of recordings, in the order of their paths.

    `files` gives the class of each. `side` is a divisor of 128: a cell of a frame sums the events
    of a square of pixels.
    """
    if SENSOR % side:
        raise ValueError(f"side={side} does not divide {SENSOR}; take 128, 64 or 32")
    x = torch.empty(steps, len(files), 2, side, side, dtype=torch.float16)
    for n, file in enumerate(sorted(files)):
        with np.load(file) as events:
            counted = frames(events["x"], events["y"], events["p"], steps, side)
        x[:, n] = torch.from_numpy(counted)
    return Split(x, torch.tensor([files[file] for file in sorted(files)]))


def frames(
    x: NDArray[np.integer],
    y: NDArray[np.integer],
    p: NDArray[np.integer],
    steps: int,
    side: int = SENSOR,
) -> NDArray[np.int64]:
    """Return how many events of each polarity are in each frame, [steps, 2, side, side].

    Frame j has the events floor(j E / steps) to floor((j + 1) E / steps) of all E: each frame has
    as many as the others, whatever time they took.
    """
    ends = np.arange(steps + 1) * len(x) // steps
    frame = np.repeat(np.arange(steps), np.diff(ends))
    pixels = SENSOR // side
    place = (frame, np.asarray(p, np.int64), y // pixels, x // pixels)
    shape = (steps, 2, side, side)
    cell = np.ravel_multi_index(tuple(axis.astype(np.int64) for axis in place), shape)
    return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)

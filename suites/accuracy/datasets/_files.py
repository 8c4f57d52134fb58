"""What the data sets share: how a missing file is told, and images as the input of a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from suites.accuracy.task import Split


def found(path: Path, source: str) -> Path:
    """Return the path of a file or folder; raise FileNotFoundError, in one line, without it.

    `source` says where the data set is to be had.
    """
    if not path.exists():
        raise FileNotFoundError(f"no {path}: get {source} and put it there, nothing is downloaded")
    return path


def standardised(images: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Return images [N, C, H, W] from 0 to 255 with the mean and deviation of a channel taken off.

    `mean` and `std` are those of the training set, for values from 0 to 1.
    """
    x = torch.empty(images.shape, dtype=torch.float16)
    for channel, (m, s) in enumerate(zip(mean, std, strict=True)):
        values = ((np.arange(256) / 255 - m) / s).astype(np.float16)
        x[:, channel] = torch.from_numpy(values[images[:, channel]])
    return x


def repeated(images: Tensor, labels: Tensor, steps: int) -> Split:
    """Return the same image at each of `steps` steps, which takes no memory."""
    return Split(images.expand(steps, *images.shape), labels)

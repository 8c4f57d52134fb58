"""What generated tasks share.

Random numbers are numpy's: its generators give the same bits on every processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from suites.accuracy.task import Split, Task


def classes(rng: np.random.Generator, count: int, *samples: int) -> NDArray[np.int64]:
    """Return a class for each sample of some sets: in each, all equally often in random order."""
    return np.concatenate([rng.permutation(np.arange(n) % count) for n in samples])


def task(x: NDArray[Any], y: NDArray[Any], train: int, outputs: int, **rest: Any) -> Task:
    """Return the Task of x [T, N, *] and y, whose first `train` samples are the training set.

    `rest` are other fields of it.
    """
    inputs, targets = tensor(x), tensor(y)

    def split(part: slice) -> Split:
        return Split(inputs[:, part], targets[part] if targets.ndim == 1 else targets[:, part])

    return Task(split(slice(train)), split(slice(train, None)), outputs, **rest)


def tensor(values: NDArray[Any]) -> Tensor:
    """Return the values as a tensor: integers as they are, floats as float32."""
    floats = np.issubdtype(values.dtype, np.floating)
    return torch.as_tensor(np.ascontiguousarray(values, np.float32 if floats else values.dtype))

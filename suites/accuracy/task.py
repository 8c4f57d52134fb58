"""The data of a task, as its file returns it and the trainer uses it."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Split(NamedTuple):
    """Sequences with their labels, time first."""

    x: Tensor  # [T, N, F], the input of the network at each step
    y: Tensor  # [N], the class of each sample


class Task(NamedTuple):
    """A classification task with a fixed split into training and test set."""

    train: Split
    test: Split
    classes: int

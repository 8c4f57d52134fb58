"""What a task file gives to the trainer."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Split(NamedTuple):
    """Labelled sequences, time first."""

    x: Tensor  # [T, N, F], what the network reads at each step
    y: Tensor  # [N], the class of each sample


class Task(NamedTuple):
    """A classification task with its fixed split."""

    train: Split
    test: Split
    classes: int

"""The data of a task, as its file returns it and the trainer uses it."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Split(NamedTuple):
    """Sequences with what a network shall put out for them, time first."""

    x: Tensor  # [T, N, *], the input of the network at each step
    y: Tensor  # [N] classes, [T, N] classes per step, or [T, N, *] values


class Task(NamedTuple):
    """A task with a fixed split into training and test set.

    Attributes
    ----------
    outputs
        How many numbers the network puts out per step and sample: the classes, or the values.
    network
        The network that is trained on it unless another is named, see `suites.accuracy.networks`.
    loss
        Likewise the loss, see `suites.accuracy.losses`. It also says what of the outputs is read.
    """

    train: Split
    test: Split
    outputs: int
    network: str = "mlp"
    loss: str = "mean"

"""The data of a task, as its file returns it and the trainer uses it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Split(NamedTuple):
    """Sequences with what a network shall put out for them, time first."""

    x: Tensor  # [T, N, *], the input of the network at each step
    y: Tensor  # [N] classes, [T, N] classes per step, or [T, N, *] values

    @property
    def samples(self) -> int:
        """N, the number of samples."""
        return self.x.shape[1]

    def pick(self, samples: Tensor | slice, device: torch.device | None = None) -> Split:
        """Return some of the samples, on a device; float16, which saves memory, becomes float32."""
        x = self.x[:, samples].to(device)
        y = (self.y[samples] if self.y.ndim == 1 else self.y[:, samples]).to(device)
        return Split(*(part.float() if part.dtype == torch.float16 else part for part in (x, y)))


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
    validation
        What a recipe that stops early looks at; it is neither trained on nor tested.
    read
        How many steps of a test sample are given. Then the network reads its own outputs, which are
        tested; see `suites.accuracy.rollout`. None: all steps are given.
    """

    train: Split
    test: Split
    outputs: int
    network: str = "mlp"
    loss: str = "mean"
    validation: Split | None = None
    read: int | None = None

"""Cross entropy of the mean of the outputs over time; of each step, if each has a class."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy

from suites.accuracy.losses import is_per_step, wrong


def loss(o: Tensor, y: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Return the cross entropy."""
    if is_per_step(y):
        return cross_entropy(o.flatten(0, 1), y.flatten(), label_smoothing=label_smoothing)
    return cross_entropy(o.mean(0), y, label_smoothing=label_smoothing)


def error(o: Tensor, y: Tensor) -> Tensor:
    """Return the share of wrong classes."""
    return wrong(o if is_per_step(y) else o.mean(0), y)

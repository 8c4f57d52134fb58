"""Cross entropy of the outputs at the last step: the network must keep what it saw before."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy

from suites.accuracy.losses import is_per_step, wrong


def loss(o: Tensor, y: Tensor) -> Tensor:
    """Return the cross entropy."""
    return cross_entropy(o[-1], y[-1] if is_per_step(y) else y)


def error(o: Tensor, y: Tensor) -> Tensor:
    """Return 1 for each sample with a wrong class, else 0."""
    return wrong(o[-1], y[-1] if is_per_step(y) else y)

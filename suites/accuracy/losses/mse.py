"""Mean squared error of values.

y [T', N, *] are the values of the last T' steps: those before them are not judged.
"""

from __future__ import annotations

from torch import Tensor


def loss(o: Tensor, y: Tensor) -> Tensor:
    """Return the mean over all values."""
    return _squares(o, y).mean()


def error(o: Tensor, y: Tensor) -> Tensor:
    """Return the mean over the values of each sample."""
    return _squares(o, y).double().mean((0, 2))


def _squares(o: Tensor, y: Tensor) -> Tensor:
    """Return the squared differences, [T', N, values]."""
    steps, samples = y.shape[:2]
    return (o[-steps:].reshape(steps, samples, -1) - y.reshape(steps, samples, -1)) ** 2

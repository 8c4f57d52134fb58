"""The losses, one file each: what is trained, and what counts as an error.

    loss(o, y)      a number, the mean over the samples
    error(o, y)     [N], the error of each sample

o [T, N, K] are the outputs of a network at each step. y are classes, [N] or [T, N], or where
samples are mixed their shares, [N, K]; for `mse` they are values, [T, N, *].
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from torch import Tensor

import neurons


def names() -> list[str]:
    """Return the losses: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def get(name: str) -> Any:
    """Return the module of a loss; raise ValueError with the known names if there is none."""
    return importlib.import_module(f"{__name__}.{neurons.one_of('no loss', name, names())}")


def is_per_step(y: Tensor) -> bool:
    """Return whether there is a class for every step."""
    return y.ndim == 2 and not y.is_floating_point()


def wrong(scores: Tensor, y: Tensor) -> Tensor:
    """Return 1 for each sample whose highest score is that of a wrong class; a share for steps."""
    missed = (scores.argmax(-1) != y).double()
    return missed.mean(0) if missed.ndim == 2 else missed

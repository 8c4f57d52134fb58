"""Sequential CIFAR-100: the images of `cifar100` column by column, T = 32 steps, left to right.

Shapes: x [32, N, 3, 32], y [N]; 50000 samples to train, 10000 to test.

Source: as `cifar100`; column by column as in PSN (Fang et al. 2023) and DSN, B.2.
"""

from pathlib import Path

from suites.accuracy.datasets import _cifar
from suites.accuracy.task import Task


def load(root: Path) -> Task:
    """Return the task."""
    return _cifar.columns(root, _cifar.HUNDRED)

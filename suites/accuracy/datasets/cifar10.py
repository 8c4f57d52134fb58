"""CIFAR-10: 60000 photographs of 10 classes, 32 x 32 pixels, the same image at every step.

It is read from the folder `cifar-10-batches-py` of the Python version.

Shapes: x [steps, N, 3, 32, 32], y [N]; 50000 samples to train, 10000 to test.

Source: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
"""

from pathlib import Path

from suites.accuracy.datasets import _cifar
from suites.accuracy.task import Task


def load(root: Path, steps: int = 4) -> Task:
    """Return the task."""
    return _cifar.images(root, _cifar.TEN, steps)

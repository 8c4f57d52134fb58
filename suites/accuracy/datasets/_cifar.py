"""CIFAR-10 and CIFAR-100 in their Python version: pickled batches of rows of 3 x 32 x 32 bytes."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from suites.accuracy.datasets import _files
from suites.accuracy.task import Split, Task

SOURCE = "the Python version from https://www.cs.toronto.edu/~kriz/cifar.html"


class Cifar(NamedTuple):
    """How the files of one of the two are called, and the statistics of its training set."""

    folder: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    labels: bytes
    classes: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


TEN = Cifar(
    folder="cifar-10-batches-py",
    train=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test=("test_batch",),
    labels=b"labels",
    classes=10,
    mean=(0.4914, 0.4822, 0.4465),
    std=(0.2470, 0.2435, 0.2616),
)
HUNDRED = Cifar(
    folder="cifar-100-python",
    train=("train",),
    test=("test",),
    labels=b"fine_labels",
    classes=100,
    mean=(0.5071, 0.4865, 0.4409),
    std=(0.2673, 0.2564, 0.2762),
)


def images(root: Path, cifar: Cifar, steps: int) -> Task:
    """Return the task with the same image at every step, x [steps, N, 3, 32, 32]."""
    train, test = (
        _files.repeated(*_read(root / cifar.folder, names, cifar), steps)
        for names in (cifar.train, cifar.test)
    )
    return Task(train, test, cifar.classes, network="convnet")


def columns(root: Path, cifar: Cifar) -> Task:
    """Return the task with a column of the image at each step, x [32, N, 3, 32]."""

    def split(names: tuple[str, ...]) -> Split:
        x, y = _read(root / cifar.folder, names, cifar)
        return Split(x.permute(3, 0, 1, 2), y)

    return Task(split(cifar.train), split(cifar.test), cifar.classes, network="sequential")


def _read(folder: Path, names: tuple[str, ...], cifar: Cifar) -> tuple[Tensor, Tensor]:
    """Return the images [N, 3, 32, 32] and their classes [N] of some files."""
    batches = []
    for name in names:
        with _files.found(folder / name, SOURCE).open("rb") as file:
            batches.append(pickle.load(file, encoding="bytes"))
    pixels = np.concatenate([batch[b"data"] for batch in batches]).reshape(-1, 3, 32, 32)
    labels = torch.tensor([label for batch in batches for label in batch[cifar.labels]])
    return _files.standardised(pixels, cifar.mean, cifar.std), labels

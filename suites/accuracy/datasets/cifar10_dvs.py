"""CIFAR10-DVS: images of CIFAR-10 moved before an event camera of 128 x 128 pixels, 10 classes.

It is read from `CIFAR10DVS/events_np`, as spikingjelly.datasets.CIFAR10DVS unpacks it. A frame has
the events of one part of a recording, by polarity, see `_events`. The set has no split of its own:
the first 100 recordings of each class are the test set, as in TEBN (Duan et al. 2022). A random
split gives another accuracy.

Shapes: x [steps, N, 2, side, side], y [N]; 9000 samples to train, 1000 to test.

Source: Li et al. 2017, https://doi.org/10.6084/m9.figshare.4724671
"""

from __future__ import annotations

from pathlib import Path

from suites.accuracy.datasets import _events, _files
from suites.accuracy.task import Task

FOLDER = "CIFAR10DVS/events_np"
SOURCE = "CIFAR10-DVS by spikingjelly.datasets.CIFAR10DVS"
CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
TEST = 100  # recordings of each class


def load(root: Path, steps: int = 10, side: int = _events.SENSOR) -> Task:
    """Return the task."""
    train: dict[Path, int] = {}
    test: dict[Path, int] = {}
    for label, name in enumerate(CLASSES):
        for file in _files.found(root / FOLDER / name, SOURCE).glob("*.npz"):
            number = int(file.stem.rpartition("_")[2])  # cifar10_airplane_0.npz
            (test if number < TEST else train)[file] = label
    first, second = (_events.split(files, steps, side) for files in (train, test))
    return Task(first, second, len(CLASSES), network="convnet")

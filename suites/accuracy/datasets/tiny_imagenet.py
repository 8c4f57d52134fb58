"""Tiny ImageNet: photographs of 200 classes, 64 x 64 pixels, the same image at every step.

It is read from the unpacked folder `tiny-imagenet-200`. The test set is its validation set: the
labels of its own test set are not published.

Shapes: x [steps, N, 3, 64, 64], y [N]; 100000 samples to train, 10000 to test.

Source: Le & Yang 2015, http://cs231n.stanford.edu/tiny-imagenet-200.zip
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from suites.accuracy.datasets import _files
from suites.accuracy.task import Split, Task

FOLDER = "tiny-imagenet-200"
SOURCE = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"
MEAN, STD = (0.4802, 0.4481, 0.3975), (0.2770, 0.2691, 0.2821)


def load(root: Path, steps: int = 4) -> Task:
    """Return the task; its classes are in the alphabetical order of their WordNet names."""
    folder = _files.found(root / FOLDER, SOURCE)
    names = sorted(_files.found(folder / "wnids.txt", SOURCE).read_text().split())
    train = {file: name for name in names for file in (folder / "train" / name).rglob("*.JPEG")}
    annotations = _files.found(folder / "val" / "val_annotations.txt", SOURCE).read_text()
    lines = [line.split("\t") for line in annotations.splitlines()]
    test = {folder / "val" / "images" / line[0]: line[1] for line in lines}
    first, second = (_split(files, names, steps) for files in (train, test))
    return Task(first, second, len(names), network="convnet")


def _split(files: dict[Path, str], names: list[str], steps: int) -> Split:
    """Read images and classes, in the order of their paths."""
    from PIL import Image

    images = np.empty((len(files), 3, 64, 64), np.uint8)
    for place, file in zip(images, sorted(files), strict=True):
        with Image.open(file) as image:
            place[:] = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    labels = torch.tensor([names.index(files[file]) for file in sorted(files)])
    return _files.repeated(_files.standardised(images, MEAN, STD), labels, steps)

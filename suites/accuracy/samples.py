"""Pictures of the samples of a task, for the report."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from suites import pictures, records
from suites.accuracy import content, data, tasks
from suites.accuracy.task import Split, Task
from suites.pictures import Picture
from suites.records import Origin, Record

FRAMES, CURVES = 10, 3  # at most in one picture
STEPS = 128  # of a curve


def keep(file: Path, names: Iterable[str]) -> list[Record]:
    """Return the records of these tasks' samples; add to the store those that it lacks."""

    def sample(name: str) -> Record:
        modules = [f"suites.accuracy.tasks.{name}", __name__]
        origin = Origin(content.digest(content.reached(modules)), "cpu")
        return records.obtain(file, "sample", name, origin, partial(describe, name))

    return [sample(name) for name in names]


def describe(name: str) -> dict[str, Any]:
    """Return what a task asks, its shape, and pictures of some of its training samples."""
    task = data.load(name)
    module = sys.modules[f"{tasks.__name__}.{name}"]
    text = (inspect.getdoc(module) or "").partition("\n\nShapes:")[0]
    shape = [len(task.train.x), *task.train.x.shape[2:]]
    numbers = {"train": task.train.samples, "test": task.test.samples, "outputs": task.outputs}
    return {"text": text, "shape": shape, **numbers, "pictures": pictures_of(task)}


def pictures_of(task: Task) -> list[Picture]:
    """Return frames of samples whose steps are images, else curves over time.

    Of a classification there is one sample per class; an image that does not change is shown once.
    """
    chosen = _chosen(task.train)
    labels = _labels(task.train, chosen)
    x = task.train.x[:, chosen].float()
    if x[0, 0].ndim == 1 and x.shape[2] > CURVES and task.train.y.ndim == 1:
        static = torch.equal(x, x[:1].expand_as(x))
        title = "one sample per class" + ("" if static else "; time runs downwards")
        return [pictures.images(title, _grey(x, labels, static))]
    if x[0, 0].ndim == 3:
        return [_videos(x, labels)]
    return [_curves(x[:, n], label) for n, label in enumerate(labels[:CURVES])]


def _chosen(split: Split) -> list[int]:
    """Return the first sample of every class, or the first few."""
    if split.y.ndim > 1:
        return list(range(CURVES))
    return [int((split.y == label).nonzero()[0, 0]) for label in split.y.unique()[:FRAMES]]


def _labels(split: Split, chosen: list[int]) -> list[str]:
    if split.y.ndim > 1:
        return [f"sample {n}" for n in chosen]
    return [f"class {int(split.y[n])}" for n in chosen]


def _grey(x: Tensor, labels: list[str], static: bool) -> dict[str, list[Any]]:
    """Return an image [T, F] per sample; a static one is the image of a step."""
    images = x.transpose(0, 1)
    if static:
        side = round(x.shape[2] ** 0.5)
        images = x[0].view(len(labels), -1, side)
    low, high = images.min(), images.max()
    scaled = (images - low) / (high - low)
    return {label: [image.tolist()] for label, image in zip(labels, scaled, strict=True)}


def _videos(x: Tensor, labels: list[str]) -> Picture:
    """Return the frames of each sample in a row; channels are added to one grey value."""
    frames = x.sum(2)
    frames = frames / frames.max()
    steps = torch.linspace(0, len(x) - 1, min(len(x), FRAMES)).long()
    title = f"one sample per row, steps {', '.join(str(int(t)) for t in steps)}"
    rows = {label: frames[steps, n].tolist() for n, label in enumerate(labels[: FRAMES // 2])}
    return pictures.images(title, rows)


def _curves(x: Tensor, label: str) -> Picture:
    """Return the channels of one sample over time."""
    channels = x[:STEPS].reshape(min(len(x), STEPS), -1)
    lines = {f"channel {c}": channels[:, c].tolist() for c in range(min(8, channels.shape[1]))}
    return pictures.lines(label, range(len(channels)), lines, x_label="step", y_label="input")

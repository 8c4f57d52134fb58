"""Accuracy on recordings whose frames come in order, and shuffled: STC, Fig. 4."""

from __future__ import annotations

from typing import Any

import torch

from suites.accuracy import losses, recipes, scoring, tasks
from suites.accuracy.task import Split
from suites.findings import _trained
from suites.networks.predictor import LIF

EPOCHS = 6
NEURONS: dict[str, tuple[str, dict[str, Any]]] = {"LIF": ("lif", LIF), "STC-LIF": ("stclif", {})}
SCALE = (
    "One layer of 128 neurons and a synthetic event camera of 12 x 12 pixels, 10 frames, instead "
    "of DVS128 Gesture: the class is in position and order, each alone enough."
)


def accuracies(task_name: str, seed: int) -> dict[str, float]:
    """Return the accuracy of each neuron, trained in order, by the order of the test frames."""
    task, recipe = tasks.load(task_name), recipes.get("tiny")._replace(epochs=EPOCHS)
    loss, found = losses.get(task.loss), {}
    for name, (model, options) in NEURONS.items():
        layers = _trained.layers(model, **options)
        trained = _trained.train(task, task.network, layers, recipe, seed)
        found[f"{name}, in order"] = 1 - trained.score.error
        mixed = scoring.score(trained.network, shuffled(task.test, seed), loss)
        found[f"{name}, shuffled"] = 1 - mixed.error
    return found


def shuffled(split: Split, seed: int) -> Split:
    """Return the samples, the frames of each in an order of its own."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.rand(len(split.x), split.samples, generator=generator).argsort(0)
    return split._replace(x=split.x[order, torch.arange(split.samples)])


def drop(accuracy: dict[str, float], name: str) -> float:
    """Return what shuffling costs a neuron."""
    return accuracy[f"{name}, in order"] - accuracy[f"{name}, shuffled"]

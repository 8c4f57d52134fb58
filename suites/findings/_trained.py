"""What the trained findings share: layers with given options, and a training of small networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

import neurons
from suites.accuracy import tasks, trainer
from suites.accuracy.networks import Layers
from suites.accuracy.recipes import Recipe
from suites.accuracy.task import Task
from suites.accuracy.trainer import Trained
from suites.accuracy.training import Training
from suites.accuracy.trial import Trial

DEVICE = torch.device("cpu")  # so that a verdict does not depend on where it was reached


def layers(model: str, **options: Any) -> Layers:
    """Return what yields layers of a model with these options of `neurons.Layer`."""

    def build(count: int) -> Iterator[nn.Module]:
        return (neurons.Layer(model, **options) for _ in range(count))

    return build


def started(task: Task, network: str, neurons_of: Layers, recipe: Recipe, seed: int) -> Training:
    """Return a training that has not taken a step."""
    trial = Trial("", network, "", "own", "", seed)
    torch.manual_seed(seed)
    net = trainer.network(trial, task, recipe, layers=neurons_of)
    return Training(net, task, trial, recipe, DEVICE)


def train(task: Task, network: str, neurons_of: Layers, recipe: Recipe, seed: int) -> Trained:
    """Return a trained network of `suites.accuracy.networks`."""
    trial = Trial("", network, "", "own", "", seed)
    return trainer.train(trial, task, recipe, device=DEVICE, layers=neurons_of)


def steps(name: str, count: int) -> Task:
    """Return a task of static inputs with so many steps."""
    task = tasks.load(name)
    train, test = (split._replace(x=split.x[:count]) for split in (task.train, task.test))
    return task._replace(train=train, test=test)


def by_layer(rates: list[list[float]]) -> list[float]:
    """Return the rate of each layer, the mean over steps."""
    return [sum(layer) / len(layer) for layer in rates]

"""Train a network by a recipe, and test it.

All random numbers come from seeded generators: on one CPU thread (`suites.process.prepare`), a seed
gives the same bits in every process. For one seed all neurons get the same weights around them and
the same batches. The options of the neuron are those of a condition, see `suites.conditions`: only
under `matched` is the neuron all that differs. On a GPU, products run in bfloat16 (autocast).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from suites import cases
from suites.accuracy import checkpoint, data, networks, recipes
from suites.accuracy.layers import layers_of
from suites.accuracy.networks import Layers
from suites.accuracy.recipes import Recipe
from suites.accuracy.scoring import Score, score
from suites.accuracy.task import Task
from suites.accuracy.training import Epoch, Training
from suites.accuracy.trial import Result, Trial


class Trained(NamedTuple):
    """A network in eval mode, and how it came about."""

    network: nn.Module
    score: Score
    history: list[Epoch]
    seconds: float


def run(
    trial: Trial,
    *,
    root: Path | None = None,
    checkpoints: Path | None = None,
    progress: bool = False,
) -> Result:
    """Return what comes of a trial.

    Parameters
    ----------
    root
        The folder with the real data sets.
    checkpoints
        A folder that keeps the training after every epoch. A trial whose file is there goes on from
        it, with the same bits as without a pause. Use one folder per version of the code.
    progress
        Show a bar.
    """
    task, recipe = data.load(trial.task, root), recipes.get(trial.recipe)
    file = checkpoints / f"{'-'.join(map(str, trial))}.pt" if checkpoints else None
    trained = train(trial, task, recipe, file=file, progress=progress)
    curve = tuple(epoch.loss for epoch in trained.history)
    tested = trained.score
    return Result(tested.error, tested.loss, tested.rate, trained.seconds, curve)


def train(
    trial: Trial,
    task: Task,
    recipe: Recipe,
    *,
    device: torch.device | None = None,
    backend: str = "auto",
    layers: Layers | None = None,
    file: Path | None = None,
    progress: bool = False,
) -> Trained:
    """Build the network of a trial, train it and test it.

    The task, the recipe and the layers of neurons are those that the trial names, or what stands
    for them. `device` defaults to the first GPU, or the CPU without one; `file` is that of the
    checkpoint.
    """
    device = device or cases.device()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(trial.seed)
        net = network(trial, task, recipe, backend, layers).to(device)
        training = Training(net, task, trial, recipe, device)
        if file and (state := checkpoint.load(file)):
            training.resume(state)
        losses = _losses(training, file)
        for _ in _shown(losses, training) if progress else losses:
            pass
    training.finish()
    tested = score(net, task.test, training.loss, task.read)
    return Trained(net, tested, training.history, training.seconds)


def _losses(training: Training, file: Path | None) -> Iterator[float]:
    """Train for the epochs that are left; yield the loss of every step."""
    while not training.over:
        yield from training.epoch()
        if file:
            checkpoint.save(training.state(), file)


def _shown(losses: Iterator[float], training: Training) -> Iterator[float]:
    """Yield the losses beside a bar."""
    from tqdm import tqdm  # not installed where asv imports this module

    done, total = (n * training.steps for n in (len(training.history), training.recipe.epochs))
    name = " ".join(map(str, training.trial))
    with tqdm(losses, desc=name, initial=done, total=total, unit="step") as bar:
        for loss in bar:
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            yield loss


def network(
    trial: Trial,
    task: Task,
    recipe: Recipe,
    backend: str = "auto",
    layers: Layers | None = None,
) -> nn.Module:
    """Build the network of a trial on the CPU; its weights come from torch's random numbers."""
    steps = len(task.train.x)
    options: dict[str, Any] = {"dropout": recipe.dropout, "backend": backend}
    layers = layers or layers_of(trial.model, trial.condition, steps, **options)
    net = networks.build(trial.network, task, layers)
    if any(map(is_lazy, chain(net.parameters(), net.buffers()))):
        with torch.no_grad():
            net.eval()(task.train.pick(slice(2)).x)
    return net

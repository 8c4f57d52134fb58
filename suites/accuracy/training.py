"""A network in training: the loop of every task, and the state that a checkpoint keeps."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from suites.accuracy import losses
from suites.accuracy.augmentation import augment
from suites.accuracy.rates import Rates
from suites.accuracy.recipes import Recipe
from suites.accuracy.task import Task
from suites.accuracy.trial import Trial

CURE = "lower the learning rate of the recipe, or take a network with normalisation"


class Epoch(NamedTuple):
    """What the training set showed in one epoch, before each update."""

    loss: float
    error: float
    rates: list[list[float]]  # spikes per neuron and sample, by layer and step


class Training:
    """The training of a network, by epochs.

    Attributes
    ----------
    history
        An `Epoch` for each that is over.
    seconds
        What they took.
    """

    def __init__(
        self, network: nn.Module, task: Task, trial: Trial, recipe: Recipe, device: torch.device
    ) -> None:
        self.network, self.task, self.trial, self.recipe = network, task, trial, recipe
        self.device = device
        self.loss = losses.get(recipe.loss or task.loss)
        self.optimizer = optimizer(network, recipe)
        self.shuffle = torch.Generator().manual_seed(trial.seed)
        self.history: list[Epoch] = []
        self.seconds = 0.0

    @property
    def steps(self) -> int:
        """The steps of an epoch."""
        return math.ceil(self.task.train.samples / self.recipe.batch)

    def epoch(self) -> Iterator[float]:
        """Train for one epoch; yield the loss of every step."""
        start, total, errors = time.perf_counter(), 0.0, 0.0
        samples = self.task.train.samples
        self.network.train()
        order = torch.randperm(samples, generator=self.shuffle)
        with Rates(self.network) as rates:
            for number, batch in enumerate(order.split(self.recipe.batch)):
                loss, error = self.step(batch, number)
                total, errors = total + loss * len(batch), errors + error
                yield loss
        self.history.append(Epoch(total / samples, errors / samples, rates.mean()))
        self.seconds += time.perf_counter() - start

    def step(self, batch: Tensor, number: int) -> tuple[float, float]:
        """Take a step on some samples; return the loss, and the sum of their errors, before it.

        Raise FloatingPointError, in one line, for a loss that is not finite.
        """
        x, y = self.task.train.pick(batch, self.device)
        mixed, targets = augment(x, y, self.task.outputs, self.recipe.augmentation)
        with autocast(self.device):
            outputs = self.network(mixed)
            loss = self.loss.loss(outputs, targets)
        if not math.isfinite(value := loss.item()):
            where = f"in epoch {len(self.history)}, step {number}"
            raise FloatingPointError(
                f"{self.trial.model} on {self.trial.task}: the loss is {value} {where}; {CURE}"
            )
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.recipe, len(self.history), number, self.steps)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return value, self.loss.error(outputs.detach(), y).sum().item()

    def state(self) -> dict[str, Any]:
        """Return all that the next epochs depend on."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "shuffle": self.shuffle.get_state(),
            "random": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(self.device) if self._on_gpu else None,
            "history": [tuple(epoch) for epoch in self.history],
            "seconds": self.seconds,
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.shuffle.set_state(state["shuffle"])
        torch.set_rng_state(state["random"])
        if self._on_gpu and state["cuda"] is not None:
            torch.cuda.set_rng_state(state["cuda"], self.device)
        self.history = [Epoch(*epoch) for epoch in state["history"]]
        self.seconds = state["seconds"]

    @property
    def _on_gpu(self) -> bool:
        return self.device.type == "cuda"


def autocast(device: torch.device) -> torch.autocast:
    """Return the context in which a GPU computes products in bfloat16."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the optimizer of a recipe for all parameters of a network."""
    options: dict[str, Any] = {"lr": recipe.lr, "weight_decay": recipe.weight_decay}
    if recipe.optimizer == "SGD":
        options["momentum"] = recipe.momentum
    else:
        options["betas"] = recipe.betas
    return getattr(torch.optim, recipe.optimizer)(network.parameters(), **options)


def rate(recipe: Recipe, epoch: int, step: int, steps: int) -> float:
    """Return the learning rate of a step, counted from 0 in its epoch of `steps`."""
    done = epoch + step / steps  # epochs
    if done < recipe.warmup:
        return recipe.lr * (done + 1 / steps) / max(recipe.warmup, 1 / steps)
    if recipe.schedule == "constant":
        return recipe.lr
    share = (done - recipe.warmup) / (recipe.epochs - recipe.warmup)
    return recipe.final_lr + (recipe.lr - recipe.final_lr) * (1 + math.cos(math.pi * share)) / 2

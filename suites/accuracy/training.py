"""A network in training: the loop of every task, and the state that a checkpoint keeps."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from suites.accuracy import losses, rollout, scoring
from suites.accuracy.augmentation import augment
from suites.accuracy.rates import Rates
from suites.accuracy.recipes import Recipe
from suites.accuracy.scoring import autocast
from suites.accuracy.task import Task
from suites.accuracy.trial import Trial

CURE = "lower the learning rate of the recipe, or take a network with normalisation"


class Epoch(NamedTuple):
    """What the training set showed in one epoch, before each update."""

    loss: float
    error: float
    rates: list[list[float]]  # spikes per neuron and sample, by layer and step


class Best(NamedTuple):
    """The lowest loss on the validation part, after which epoch, and the weights then."""

    loss: float
    epochs: int
    weights: dict[str, Tensor]


class Training:
    """The training of a network, by epochs.

    Attributes
    ----------
    history
        An `Epoch` for each that is over.
    best
        With `patience`, what the validation part has shown so far.
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
        self.best: Best | None = None
        self.seconds = 0.0
        if recipe.patience and not task.validation:
            name = f"{trial.task} has no validation part, on which the recipe {trial.recipe} stops"
            raise ValueError(f"{name}; name another recipe")

    @property
    def steps(self) -> int:
        """The steps of an epoch."""
        return math.ceil(self.task.train.samples / self.recipe.batch)

    @property
    def over(self) -> bool:
        """Whether all epochs are done, or enough without progress."""
        done, patience = len(self.history), self.recipe.patience
        waited = patience is not None and self.best and done - self.best.epochs >= patience
        return done >= self.recipe.epochs or bool(waited)

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
        if self.recipe.patience:
            self._compare()
        self.seconds += time.perf_counter() - start

    def run_epoch(self) -> None:
        """Train for one epoch, all of its steps at once."""
        for _ in self.epoch():
            pass

    def step(self, batch: Tensor, number: int) -> tuple[float, float]:
        """Take a step on some samples; return the loss, and the sum of their errors, before it.

        Raise FloatingPointError, in one line, for a loss that is not finite.
        """
        x, y = self.task.train.pick(batch, self.device)
        mixed, targets = augment(x, y, self.task.outputs, self.recipe.augmentation)
        with autocast(self.device):
            outputs = self._outputs(mixed, number)
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

    def _outputs(self, x: Tensor, number: int) -> Tensor:
        """Return the network's outputs in a step of the epoch."""
        if not (self.recipe.sampling and self.task.read):
            return self.network(x)
        done = (len(self.history) + number / self.steps) / self.recipe.epochs
        return rollout.run(self.network, x, self.task.read, share=1 - done)

    def _compare(self) -> None:
        """Keep the weights if they give the lowest loss on the validation part so far."""
        assert self.task.validation
        self.network.eval()
        loss = scoring.score(self.network, self.task.validation, self.loss, self.task.read).loss
        if self.best is None or loss < self.best.loss:
            weights = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
            self.best = Best(loss, len(self.history), weights)

    def finish(self) -> None:
        """Put the network into eval mode, with the weights of the lowest validation loss if any."""
        if self.best:
            self.network.load_state_dict(self.best.weights)
        self.network.eval()

    def state(self) -> dict[str, Any]:
        """Return all that the next epochs depend on."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "shuffle": self.shuffle.get_state(),
            "random": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(self.device) if self._on_gpu else None,
            "history": [tuple(epoch) for epoch in self.history],
            "best": self.best and tuple(self.best),
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
        self.best = state["best"] and Best(*state["best"])
        self.seconds = state["seconds"]

    @property
    def _on_gpu(self) -> bool:
        return self.device.type == "cuda"


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

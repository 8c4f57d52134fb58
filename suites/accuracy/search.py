"""Search a model for every layer of neurons: ST-DANO's LWNS.

Every layer is `super`, a mixture of LIF, LLIF and SLIF by softmax(alpha). The training set is split
in half. Each step first changes alpha by the loss on the second half, then the weights w by that on
the first. The largest alpha of a layer gives its digit: 0 LIF, 1 LLIF, 2 SLIF. The network of
these digits is then trained from scratch on the whole training set, without super's norm.

    first order    g = d L_val(w) / d alpha
    second order   g = d L_val(w') / d alpha - xi (d L_tr(w+) - d L_tr(w-)) / d alpha / (2 eps)
                   w' = w - xi dL_tr/dw,  w+- = w +- eps dL_val/dw',  eps = .01 / |dL_val/dw'|

with xi the learning rate of w. Source: ST-DANO section 4.3, Tables 3-5; the second order is that of
DARTS (Liu et al. 2019), which it follows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites.accuracy import layers, losses, networks, recipes, trainer
from suites.accuracy.networks import Layers
from suites.accuracy.recipes import Recipe
from suites.accuracy.task import Split, Task
from suites.accuracy.training import optimizer, rate
from suites.accuracy.trial import Trial
from suites.networks.spiking import DIGITS, models_of

WEIGHTS, ARCHITECTURE = "stdano_tiny", "stdano_search"  # recipes
PRINTED_STEPS = 100 * 25000 // 128  # of the architecture: 100 epochs of half of CIFAR-10


class Found(NamedTuple):
    """What a search found.

    Attributes
    ----------
    string
        A digit per layer, from input to output.
    history
        alpha after every step, [steps, layers, 3].
    seconds
        Of the search, without the training that follows.
    error, lif_error
        The test error of the found network and of one that is all LIF, trained alike.
    """

    string: str
    history: Tensor
    seconds: float
    error: float
    lif_error: float


class Search:
    """A search under way.

    Attributes
    ----------
    first, second
        The halves of the training set, for w and for alpha.
    alpha, weights
        The two groups of parameters.
    """

    def __init__(self, network: nn.Module, task: Task, seed: int, order: int = 1) -> None:
        neurons.one_of("no order", str(order), ("1", "2"))
        self.network, self.order = network, order
        self.first, self.second = halves(task.train, seed)
        self.recipe = recipes.get(WEIGHTS)
        self.loss = losses.get(self.recipe.loss or task.loss)
        named = [*network.named_parameters()]
        self.alpha: list[Tensor] = [p for name, p in named if name.rpartition(".")[2] == "arch"]
        self.weights: list[Tensor] = [p for name, p in named if name.rpartition(".")[2] != "arch"]
        self.random = torch.Generator().manual_seed(seed)
        self.steps = -(-self.first.samples // self.recipe.batch)  # of an epoch
        total = self.recipe.epochs * self.steps
        self.optimizers = (
            optimizer(nn.ParameterList(self.weights), self.recipe),
            optimizer(nn.ParameterList(self.alpha), scaled(recipes.get(ARCHITECTURE), total)),
        )
        self.history: list[Tensor] = []

    def run(self) -> None:
        """Take all steps of the recipe of the weights."""
        self.network.train()
        for epoch in range(self.recipe.epochs):
            batches = zip(self._batches(self.first), self._batches(self.second), strict=True)
            for number, (training, validation) in enumerate(batches):
                xi = rate(self.recipe, epoch, number, self.steps)
                self.step_alpha(training, validation, xi)
                self.step_weights(training, xi)
                self.history.append(torch.stack(self.alpha).detach().clone())

    def step_alpha(self, training: Split, validation: Split, xi: float) -> None:
        """Change alpha alone."""
        for p, gradient in zip(self.alpha, self.gradient(training, validation, xi), strict=True):
            p.grad = gradient
        self.optimizers[1].step()

    def step_weights(self, training: Split, xi: float) -> None:
        """Change the weights alone."""
        for p, gradient in zip(self.weights, self._grad(training, self.weights), strict=True):
            p.grad = gradient
        self.optimizers[0].param_groups[0]["lr"] = xi
        self.optimizers[0].step()

    def gradient(self, training: Split, validation: Split, xi: float) -> list[Tensor]:
        """Return the gradient of alpha, by the order of the search."""
        if self.order == 1:
            return self._grad(validation, self.alpha)
        start = [p.detach().clone() for p in self.weights]
        try:
            self._move(start, self._grad(training, self.weights), -xi)
            both = self._grad(validation, [*self.alpha, *self.weights])
            direct, ahead = both[: len(self.alpha)], both[len(self.alpha) :]
            eps = 0.01 / torch.stack([g.norm() for g in ahead]).norm().item()
            sides = []
            for sign in (eps, -eps):
                self._move(start, ahead, sign)
                sides.append(self._grad(training, self.alpha))
        finally:
            self._move(start, start, 0.0)
        triples = zip(direct, *sides, strict=True)
        return [g - xi * (plus - minus) / (2 * eps) for g, plus, minus in triples]

    def _grad(self, batch: Split, parameters: Sequence[Tensor]) -> list[Tensor]:
        return [*torch.autograd.grad(self.loss.loss(self.network(batch.x), batch.y), parameters)]

    @torch.no_grad()
    def _move(self, start: Sequence[Tensor], direction: Sequence[Tensor], size: float) -> None:
        for p, value, change in zip(self.weights, start, direction, strict=True):
            p.copy_(value + size * change)

    def _batches(self, split: Split) -> Iterator[Split]:
        order = torch.randperm(split.samples, generator=self.random)
        for samples in order.split(self.recipe.batch):
            yield split.pick(samples)


def search(task: Task, network: str = "mlp_norm", seed: int = 0, order: int = 1) -> Found:
    """Search a string for the layers of a network, train the network that it names, and test it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        supers = layers.layers_of("super", "paper", len(task.train.x))
        net = networks.build(network, task, supers)
        net(task.train.pick(slice(2)).x)  # builds lazy layers
        running = Search(net, task, seed, order)
        start = time.perf_counter()
        running.run()
        seconds = time.perf_counter() - start
    string = decode(running.history[-1])
    error = retrain(string, task, network, seed)
    lif_error = retrain("0" * len(string), task, network, seed)
    return Found(string, torch.stack(running.history), seconds, error, lif_error)


def retrain(string: str, task: Task, network: str, seed: int) -> float:
    """Return the test error of the network of a string, trained from scratch."""
    trial = Trial("", network, string, "paper", WEIGHTS, seed)
    recipe = recipes.get(WEIGHTS)
    return trainer.train(trial, task, recipe, layers=layers_of_string(string)).score.error


def layers_of_string(string: str) -> Layers:
    """Return what yields the layers of a string, in its order."""

    def build(count: int) -> Iterator[nn.Module]:
        if count != len(string):
            raise ValueError(f"{string!r} has {len(string)} digits; the network has {count} layers")
        return (neurons.Layer(name, **options) for name, options in models_of(string))

    return build


def decode(alpha: Tensor) -> str:
    """Return the digit of the largest alpha of every layer, of [layers, 3]."""
    return "".join(str(int(row.argmax())) for row in alpha)


def encode(string: str) -> Tensor:
    """Return alpha that decodes to a string: 1 at its digits, else 0."""
    columns = [sorted(DIGITS).index(digit) for digit in string]
    return nn.functional.one_hot(torch.tensor(columns), len(DIGITS)).float()


def scaled(recipe: Recipe, steps: int) -> Recipe:
    """Return the architecture's recipe for so many steps, in which alpha can move as far.

    The printed rate of 3e-4 is for 100 epochs of half of CIFAR-10. In a short search it would move
    alpha by some hundredths. So the rate times the number of steps is kept.
    """
    return recipe._replace(lr=recipe.lr * max(1.0, PRINTED_STEPS / steps))


def halves(split: Split, seed: int) -> tuple[Split, Split]:
    """Return the halves of a split with the same share of each class; drop an odd sample."""
    random = torch.Generator().manual_seed(seed)
    parts: tuple[list[Tensor], list[Tensor]] = ([], [])
    for label in split.y.unique():
        samples = (split.y == label).nonzero()[:, 0]
        shuffled = samples[torch.randperm(len(samples), generator=random)]
        for half, part in zip(shuffled[: len(samples) // 2 * 2].chunk(2), parts, strict=True):
            part.append(half)
    first, second = (torch.cat(part) for part in parts)
    return split.pick(first), split.pick(second)

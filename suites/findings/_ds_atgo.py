"""The networks of DS-ATGO's trained findings: static digits at T = 4, by the paper's recipe."""

from __future__ import annotations

from typing import Any

from suites.accuracy import recipes
from suites.accuracy.recipes import Recipe
from suites.accuracy.trainer import Trained
from suites.accuracy.training import Training
from suites.findings import _trained

T = 4
TASK = ("digits", T)
NEURONS: dict[str, tuple[str, dict[str, Any]]] = {
    "vanilla": ("lif", {"tau": 1.25, "surrogate": "rect"}),
    "AT": ("atlif", {"T": T, "width": "fixed"}),
    "AT + TGO": ("atlif", {"T": T}),
}
BOTH = ("vanilla", "AT + TGO")


def recipe(epochs: int) -> Recipe:
    """Return the paper's recipe with so many epochs."""
    return recipes.get("dsatgo")._replace(epochs=epochs)


def train(name: str, network: str, epochs: int, seed: int, **options: Any) -> Trained:
    """Return a trained network of a kind of neurons, with further options."""
    model, its = NEURONS[name]
    layers = _trained.layers(model, **its | options)
    return _trained.train(_trained.steps(*TASK), network, layers, recipe(epochs), seed)


def started(network: str, epochs: int, seed: int) -> Training:
    """Return the training of a network of AT + TGO that has not taken a step."""
    model, its = NEURONS["AT + TGO"]
    layers = _trained.layers(model, **its)
    return _trained.started(_trained.steps(*TASK), network, layers, recipe(epochs), seed)

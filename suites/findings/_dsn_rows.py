"""DSN on digits that come row by row, with the recipe `tiny`."""

from __future__ import annotations

from typing import Any

from suites.accuracy import recipes, tasks
from suites.findings import _trained

SCALE = (
    "One layer of 128 neurons, digits row by row (T = 8), 10 epochs of Adam; the paper trains 7 "
    "layers on sequential CIFAR (T = 32) for 256 epochs."
)
SEEDS = 20


def error(seed: int, model: str = "dsn", **options: Any) -> float:
    """Return the test error of a trained network."""
    layers = _trained.layers(model, **options)
    task, recipe = tasks.load("rows"), recipes.get("tiny")
    return _trained.train(task, "mlp", layers, recipe, seed).score.error

"""DSN on digits that come row by row, with the recipe `tiny`."""

from __future__ import annotations

from typing import Any

from suites import pictures
from suites.accuracy import recipes, tasks
from suites.findings import _trained
from suites.findings.finding import Facts, Finding

SCALE = (
    "One layer of 128 neurons, digits row by row (T = 8), 10 epochs of Adam; the paper trains 7 "
    "layers on sequential CIFAR (T = 32) for 256 epochs."
)
SEEDS = 20


def finding(*, place: str, statement: str, figure: str, models: tuple[str, ...]) -> Finding:
    """Return the finding that one error is larger than another."""
    return Finding(
        paper="dsn",
        place=place,
        statement=statement,
        figure=figure,
        unit="share of test samples",
        accept=(0.0, 1.0),
        models=models,
        seeds=SEEDS,
        scale=SCALE,
    )


def compare(errors: dict[str, float]) -> Facts:
    """Return by how much the first of two errors is larger than the second."""
    worse, better = errors.values()
    return Facts(worse - better, errors, (pictures.bars("Test error", errors),))


def error(seed: int, model: str = "dsn", **options: Any) -> float:
    """Return the test error of a trained network."""
    layers = _trained.layers(model, **options)
    task, recipe = tasks.load("rows"), recipes.get("tiny")
    return _trained.train(task, "mlp", layers, recipe, seed).score.error

"""Forecasts by a network of enhanced DSN neurons, for the horizons of DSN's Table 6."""

from __future__ import annotations

import torch

from suites import pictures
from suites.accuracy import recipes, scores
from suites.accuracy.tasks import series
from suites.findings import _trained
from suites.pictures import Picture

HORIZONS = (6, 24, 48, 96)
RECIPE = recipes.get("dsn_tsf")._replace(lr=1e-3, epochs=40, patience=10)
SCALE = (
    "One hidden layer of 128 enhanced DSN neurons on 8 generated daily cycles instead of a "
    "Spikformer on four data sets; lr 1e-3 instead of 1e-4 for 40 epochs at most."
)


def forecasts(seed: int) -> dict[int, tuple[float, float]]:
    """Return R2 and RSE on the test set by horizon."""
    found = {}
    for horizon in HORIZONS:
        task = series.load(horizon)
        layers = _trained.layers("dsn", enhanced=True)
        network = _trained.train(task, "mlp", layers, RECIPE, seed).network
        with torch.no_grad():
            o = network(task.test.x)[-1].view(-1, horizon, series.CHANNELS).transpose(1, 2)
        y = task.test.y[0].view(-1, horizon, series.CHANNELS).transpose(1, 2)
        found[horizon] = scores.r2(o, y), scores.rse(o, y)
    return found


def picture(scored: dict[int, tuple[float, float]]) -> Picture:
    """Return both scores over the horizon."""
    lines = {name: [pair[n] for pair in scored.values()] for n, name in enumerate(("R2", "RSE"))}
    return pictures.lines("Scores on the test set", [*scored], lines, x_label="horizon [hours]")

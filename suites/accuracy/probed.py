"""Probes of trained networks as records: none is trained twice."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import neurons
from suites import cases, conditions, records
from suites.accuracy import content, data, losses, networks, recipes, trainer
from suites.accuracy import probe as inside
from suites.accuracy.recipes import Recipe
from suites.accuracy.task import Task
from suites.accuracy.trial import Trial
from suites.records import Origin

SAMPLES = 128  # of the test set


def probe(file: Path, trial: Trial, root: Path | None = None) -> dict[str, Any]:
    """Return what happens inside the network of a trial; train it unless the store has its record.

    Raise ValueError for a name that is unknown.
    """
    task, recipe = data.load(trial.task, root), recipes.get(trial.recipe)
    neurons.one_of("no network", trial.network, networks.names())
    neurons.one_of("no neuron", trial.model, neurons.names())
    neurons.one_of("no condition", trial.condition, conditions.CONDITIONS)
    sources = content.sources(trial) | content.reached([__name__])
    name = "-".join(map(str, trial))
    origin = Origin(content.digest(sources), cases.device().type, name)
    compute = partial(_content, trial, task, recipe)
    return records.obtain(file, "probe", name, origin, compute).content


def _content(trial: Trial, task: Task, recipe: Recipe) -> dict[str, Any]:
    network = trainer.train(trial, task, recipe).network.cpu()
    loss = losses.get(recipe.loss or task.loss)
    layers = inside.probe(network, task.test.pick(slice(SAMPLES)), loss)
    options = (f"--{name} {value}" for name, value in trial._asdict().items())
    fields = [name for name in inside.FIELDS if _finite(layers, name)]
    return {
        **trial._asdict(),
        "layers": [
            {"layer": layer.name} | {name: getattr(layer, name) for name in fields}
            for layer in layers
        ],
        "command": f"python -m suites.accuracy probe {' '.join(options)}",
        "pictures": inside.heat_maps(layers, fields),
    }


def _finite(layers: list[inside.Inside], name: str) -> bool:
    return all(math.isfinite(value) for layer in layers for value in getattr(layer, name))


def text(probed: dict[str, Any]) -> str:
    """Return a table with a row per layer and the mean over steps of each quantity."""
    import pandas as pd  # not installed where asv imports this module

    rows = [
        {"layer": row["layer"]}
        | {name: sum(v) / len(v) for name, v in row.items() if name != "layer"}
        for row in probed["layers"]
    ]
    return pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.4g}")

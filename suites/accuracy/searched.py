"""The searches of `suites.accuracy.search` as records: none is run twice."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from suites import pictures, records
from suites.accuracy import content
from suites.accuracy import search as lwns
from suites.accuracy.search import Found
from suites.accuracy.task import Task
from suites.accuracy.trial import Trial
from suites.networks.spiking import DIGITS
from suites.pictures import Picture
from suites.records import Origin

MODELS = ("lif", "llif", "slif", "super")
COLUMNS = 60  # of a heat map


class Wanted(NamedTuple):
    """A search: where, from which seed, and of which order."""

    task: str
    network: str
    seed: int
    order: int


def search(file: Path, wanted: Wanted, task: Task) -> dict[str, Any]:
    """Return what a search found, as an object; without a record of it, search and keep it."""
    sources = content.reached([lwns.__name__, __name__])
    for model in MODELS:
        sources |= content.sources(
            Trial(wanted.task, wanted.network, model, "paper", lwns.WEIGHTS, wanted.seed)
        )
    origin = Origin(content.digest(sources), "cpu", " ".join(map(str, wanted)))
    name = "-".join(map(str, wanted))
    return records.obtain(file, "search", name, origin, partial(_content, wanted, task)).content


def _content(wanted: Wanted, task: Task) -> dict[str, Any]:
    result = lwns.search(task, *wanted[1:])
    options = " ".join(f"--{name} {value}" for name, value in wanted._asdict().items())
    return {
        **wanted._asdict(),
        **result._asdict(),
        "history": result.history.tolist(),
        "command": f"python -m suites.accuracy search {options}",
        "pictures": heat_maps(result),
    }


def heat_maps(result: Found) -> list[Picture]:
    """Return a field of softmax(alpha) over the steps for each layer, as ST-DANO draws them."""
    shares = torch.softmax(result.history, 2)
    steps = torch.linspace(0, len(shares) - 1, min(len(shares), COLUMNS)).long()
    names = [DIGITS[digit][0].upper() for digit in sorted(DIGITS, reverse=True)]
    return [
        pictures.heat(
            f"layer {layer + 1}: {result.string[layer]}",
            shares[steps, layer].flip(1).T.tolist(),
            rows=names,
            columns=[str(int(step) + 1) for step in steps],
            x_label="step of the search",
            unit="share",
        )
        for layer in range(shares.shape[1])
    ]

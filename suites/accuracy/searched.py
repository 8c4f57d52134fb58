"""The searches of `suites.accuracy.search` as records: none is run twice."""

from __future__ import annotations

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
    known = records.find(file, "search", name, origin)
    if known is None:
        known = records.record(
            "search", name, origin, _content(wanted, lwns.search(task, *wanted[1:]))
        )
        records.add(file, [known])
    return known.content


def _content(wanted: Wanted, found: Found) -> dict[str, Any]:
    task, network, seed, order = wanted
    options = f"--task {task} --network {network} --seed {seed} --order {order}"
    return {
        **wanted._asdict(),
        **found._asdict(),
        "history": found.history.tolist(),
        "command": f"python -m suites.accuracy search {options}",
        "pictures": heat_maps(found),
    }


def heat_maps(found: Found) -> list[Picture]:
    """Return a field of softmax(alpha) over the steps for each layer, as ST-DANO draws them."""
    shares = torch.softmax(found.history, 2)
    steps = torch.linspace(0, len(shares) - 1, min(len(shares), COLUMNS)).long()
    names = [DIGITS[digit][0].upper() for digit in sorted(DIGITS, reverse=True)]
    return [
        pictures.heat(
            f"layer {layer + 1}: {found.string[layer]}",
            shares[steps, layer].flip(1).T.tolist(),
            rows=names,
            columns=[str(int(step) + 1) for step in steps],
            x_label="step of the search",
            unit="share",
        )
        for layer in range(shares.shape[1])
    ]

"""The same neuron in other libraries, in the same cases."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates, units
from reports.analysis import as_ratio
from reports.drawing import keys
from reports.sections.speed import DIRECTIONS, by_direction
from reports.tables import Table
from reports.view import View

TITLE = "Other libraries"
ORDER = 50

_INTRO = (
    "The same model, shape and direction in another library. The ratio is its time over that of"
    " our fastest backend: above 1×, ours is faster. A library that lacks a model has no row."
)


def render(view: View) -> Markup | None:
    rows = _rows(view)
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=" ".join([_INTRO, *_differences(view, rows)]),
        keys=keys(rows["backend"], "peers"),
        panels=by_direction(as_ratio(rows), "peers", "×", reference=1.0),
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """A row per model and library, the ratio for every direction and T."""
    rows = _rows(view)
    if rows.empty:
        return None
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric, "") for metric in DIRECTIONS},
        lambda row: tables.ratio(row, row and _both(row)),
        view.peers,
        "Their time over ours",
    )


def _differences(view: View, rows: pd.DataFrame) -> list[str]:
    """What the adapters say of the libraries that have rows here."""
    notes = {peer: view.peers[peer] for peer in sorted(rows["backend"].unique())}
    return [f"{peer}: {note}." for peer, note in notes.items() if note]


def _both(row: Any) -> str:
    theirs, ours = (units.quantity(value, "seconds") for value in (row.value, row.ours))
    return f"{row.backend} {theirs}, our {row.our_backend} {ours}"


def _rows(view: View) -> pd.DataFrame:
    return analysis.against_peers(view.rows("speed", *DIRECTIONS), view.peers)

"""The same neuron in other libraries, in the same cases."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates, units
from reports.analysis import as_ratio
from reports.drawing import line_legend
from reports.sections.speed import DIRECTIONS, NAMES, by_direction, directions
from reports.tables import Table
from reports.view import View

PAGE = "speed"
TITLE = "Other libraries"
ORDER = 50

_INTRO = (
    "The same model, shape and direction in another library. The ratio is its time over that of"
    " our fastest backend: above 1×, ours is faster. A model has a row for each library that has"
    " it. Where the kernel takes a small part of a call, the ratio is mostly one of fixed costs."
)


def render(view: View) -> Markup | None:
    rows = _rows(view)
    if rows.empty:
        return None
    ratios = as_ratio(rows)
    return templates.render(
        "figures.html",
        intro=" ".join([_INTRO, *_differences(view, rows)]),
        legend=line_legend(view.styles_of(rows), "peers"),
        panels=by_direction(ratios, view.styles, "peers", "×", reference=1.0),
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """Return a row per model and library, with the ratio for every direction and T."""
    rows = _rows(view)
    if rows.empty:
        return None
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (NAMES.get(metric, metric), "") for metric in directions(rows)},
        lambda row: tables.ratio(row, row and _both_times(row)),
        view.peers,
        "Their time over ours",
    )


def _differences(view: View, rows: pd.DataFrame) -> list[str]:
    """Return the notes of the adapters of the libraries that have rows here."""
    notes = {peer: view.peers[peer] for peer in sorted(rows["backend"].unique())}
    return [f"{peer}: {note}." for peer, note in notes.items() if note]


def _both_times(row: Any) -> str:
    theirs, ours = (units.quantity(value, "seconds") for value in (row.value, row.ours))
    return f"{row.backend} {theirs}, our {row.our_backend} {ours}"


def _rows(view: View) -> pd.DataFrame:
    return analysis.against_peers(view.rows("speed", *DIRECTIONS), view.peers)

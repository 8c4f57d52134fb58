"""Peak memory over T, and what autograd keeps for the backward."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.drawing import keys
from reports.figures import panels
from reports.tables import Table
from reports.view import View

TITLE = "Memory"
ORDER = 40

_INTRO = (
    "Peak bytes of one training step over a baseline taken before it, and the bytes that autograd"
    " saves for the backward, per element of the input."
)


def render(view: View) -> Markup | None:
    rows = view.rows("memory")
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        keys=keys(rows["backend"], "memory"),
        panels=_panels(rows),
        tables=[found for metric in _metrics(rows) if (found := _table(view, metric))],
    )


def table(view: View) -> Table | None:
    return _table(view, "peak_bytes")


def _metrics(rows: pd.DataFrame) -> list[str]:
    return sorted(rows["metric"].unique())


def _table(view: View, metric: str) -> Table | None:
    """A row per model and backend, a column per T."""
    rows = view.rows("memory", metric)
    if rows.empty:
        return None
    factor, unit = units.scale(rows["value"], rows["unit"].iloc[0])
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric.split("_")[0], unit)},
        lambda row: tables.state(row, factor),
        view.peers,
        metric.replace("_", " ").capitalize(),
    )


def _panels(rows: pd.DataFrame) -> dict[str, Markup]:
    drawn: dict[str, Markup] = {}
    for metric in _metrics(rows):
        some = rows[rows["metric"] == metric]
        for size in tables.ordered(some["size"]):
            heading = f"{metric.replace('_', ' ').capitalize()}, {size}"
            part, unit = some[some["size"] == size], some["unit"].iloc[0]
            drawn |= panels(part, heading, stem=f"{metric}-{len(drawn)}", unit=unit)
    return drawn

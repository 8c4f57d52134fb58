"""Whether the gradients are right, and by how much they are not."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Gradients"
ORDER = 60

# The axes of each table, and what stands above it.
_TABLES = {
    ("model", "backend", "dtype"): "Against the float64 reference",
    ("model", "backend"): "Against finite differences, float64",
    ("surrogate",): "Surrogates against their primitives",
}
_AXES = ("model", "backend", "dtype", "surrogate")
_INTRO = (
    "Every backend against the float64 reference, which replays the same spikes so that threshold"
    " flips do not hide in the gradient: they are counted apart. Finite differences check the"
    " whole backward through a smooth spike. A value over its bound is marked."
)


def render(view: View) -> Markup | None:
    shown = [table(view, axes) for axes in _TABLES]
    shown = [found for found in shown if found is not None]
    if not shown:
        return None
    return templates.render("figures.html", intro=_INTRO, tables=shown)


def table(view: View, axes: tuple[str, ...] = _AXES[:3]) -> Table | None:
    """A row per case of the benchmarks that have just these axes, a column per metric."""
    frame = view.frame[view.frame["suite"] == "gradients"]
    for axis in _AXES:
        frame = frame[frame[axis].notna() if axis in axes else frame[axis].isna()]
    measured = frame[frame["state"] != "n/a"]
    if measured.empty:
        return None
    metrics = tables.ordered(measured["metric"])
    found = tables.by_case(frame, [*axes, "metric"])
    body = []
    for case in tables.each(measured[[*axes]].drop_duplicates().sort_values([*axes])):
        labels = [tables.named(*label, view.peers) for label in zip(axes, case, strict=True)]
        body.append([*labels, *(_bounded(found.get((*case, metric))) for metric in metrics)])
    heads = [Head(metric.replace("_", " "), _unit(frame, metric)) for metric in metrics]
    return Table([*map(Head, axes), *heads], body, _TABLES[axes])


def _unit(rows: pd.DataFrame, metric: str) -> str:
    """The bound stands in the head when all rows share it."""
    bounds = rows[rows["metric"] == metric]["tolerance"].dropna().unique()
    return f"bound {units.digits(bounds[0], 2)}" if len(bounds) == 1 and bounds[0] > 0 else ""


def _bounded(row: Any) -> Cell:
    if row is None or row.state != "ok":
        return tables.state(row)
    over = row.value > row.tolerance  # False where no bound is given
    shown = f"{units.digits(row.value, 2)}{' over' if over else ''}"
    return tables.number(row.value, shown, kind="failed" if over else "")

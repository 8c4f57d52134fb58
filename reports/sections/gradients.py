"""Whether the gradients are right, and by how much they are not."""

from __future__ import annotations

import math
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
    ("model", "backend", "surrogate"): "The same, surrogate by surrogate, float32",
    ("model", "backend"): "Against finite differences, float64, and with strange inputs",
    ("surrogate",): "Surrogates against their primitives",
}
_AXES = ("model", "backend", "dtype", "surrogate")
_MANY = 40  # rows; of a longer table each model's worst is shown, the rest is folded
_INTRO = (
    "Every backend against the float64 reference, which replays the same spikes so that threshold"
    " flips do not hide in the gradient: they are counted apart, and once more those that no"
    " rounding explains. Direction error is 1 - correlation, scale error how far the norm is from"
    " the reference's. Finite differences check the whole backward through a smooth spike."
    " Unwritten, wrong and irreproducible are numbers of values. What is nearest its bound comes"
    " first; a value over it is marked."
)


def render(view: View) -> Markup | None:
    whole = {axes: table(view, axes, every=True) for axes in _TABLES}
    found = {axes: rows for axes, rows in whole.items() if rows is not None}
    if not found:
        return None
    shown = [table(view, axes) for axes in found]
    folded = {f"{t.caption}: every case": t for t in found.values() if len(t.rows) > _MANY}
    return templates.render("figures.html", intro=_INTRO, tables=shown, folded=folded)


def table(view: View, axes: tuple[str, ...] = _AXES[:3], every: bool = False) -> Table | None:
    """A row per case of the benchmarks that have just these axes, a column per metric.

    The worst first, and unless `every` case is asked for, of many a model's worst alone.
    """
    frame = view.frame[view.frame["suite"] == "gradients"]
    for axis in _AXES:
        frame = frame[frame[axis].notna() if axis in axes else frame[axis].isna()]
    measured = frame[frame["state"] != "n/a"]
    if measured.empty:
        return None
    metrics = tables.ordered(measured["metric"])
    found = tables.by_case(frame, [*axes, "metric"])
    body = []
    for case in _worst_first(measured, axes, every):
        labels = [tables.named(*label, view.peers) for label in zip(axes, case, strict=True)]
        body.append([*labels, *(_bounded(found.get((*case, metric))) for metric in metrics)])
    heads = [Head(metric.replace("_", " "), _unit(frame, metric)) for metric in metrics]
    return Table([*map(Head, axes), *heads], body, _TABLES[axes])


def _worst_first(rows: pd.DataFrame, axes: tuple[str, ...], every: bool) -> list[tuple[str, ...]]:
    """The cases by how near any of their metrics is to its bound."""
    near = rows.assign(near=[_nearness(row) for row in tables.each(rows)])
    cases = near.groupby([*axes])["near"].max().reset_index()
    cases = cases.sort_values(["near", *axes], ascending=[False, *(True for _ in axes)])
    if len(cases) > _MANY and not every:
        cases = cases.drop_duplicates("model")
    return [tuple(case) for case in tables.each(cases[[*axes]])]


def _nearness(row: Any) -> float:
    """The value in units of its bound: infinite if it failed, 0 if it has none."""
    if row.state != "ok":
        return math.inf
    if row.tolerance > 0:
        return row.value / row.tolerance
    return math.inf if row.value > row.tolerance else 0.0


def _unit(rows: pd.DataFrame, metric: str) -> str:
    """The bound stands in the head when all rows share it."""
    bounds = rows[rows["metric"] == metric]["tolerance"].dropna().unique()
    return f"bound {units.digits(bounds[0], 2)}" if len(bounds) == 1 else ""


def _bounded(row: Any) -> Cell:
    if row is None or row.state != "ok":
        return tables.state(row)
    over = row.value > row.tolerance  # False where no bound is given
    shown = f"{units.digits(row.value, 2)}{' over' if over else ''}"
    return tables.number(row.value, shown, kind="failed" if over else "")

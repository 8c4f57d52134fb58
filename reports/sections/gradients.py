"""The errors of spikes and gradients, compared with their tolerances."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, tables, templates, units
from reports.remarks import column as remarks_of
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "gradients"
TITLE = "Gradients"
ORDER = 60

# The axes of each table, and its caption.
_TABLES = {
    ("model", "backend", "dtype"): "Against the float64 reference",
    ("model", "backend", "surrogate"): "Against the reference for each surrogate, float32",
    ("model", "backend"): "Against finite differences, float64, and with unusual inputs",
    ("surrogate",): "Surrogates against differences of their functions",
}
_AXES = ("model", "backend", "dtype", "surrogate")
_MANY = 40  # rows; of a longer table only each model's worst is shown, and all rows are folded
_INTRO = (
    "Every backend is compared with the float64 reference, which replays the backend's spikes so"
    " that flips do not change the gradient. Flips have separate columns: all of them, and the"
    " far flips, which no rounding explains. The direction error is 1 - correlation; the scale"
    " error is how much the norm differs from the reference's. Finite differences check the whole"
    " backward with a smooth spike. Unwritten, wrong and irreproducible are numbers of values. The"
    " rows nearest to their tolerance are first; a value over it is marked."
)


def render(view: View) -> Markup | None:
    complete = {axes: table(view, axes, all_cases=True) for axes in _TABLES}
    measured = {axes: cases for axes, cases in complete.items() if cases is not None}
    if not measured:
        return None
    shown = [table(view, axes) for axes in measured]
    folded = {f"{t.caption}: every case": t for t in measured.values() if len(t.rows) > _MANY}
    return templates.render("figures.html", intro=_INTRO, tables=shown, folded=folded)


def table(view: View, axes: tuple[str, ...] = _AXES[:3], all_cases: bool = False) -> Table | None:
    """Return a row per case of the benchmarks that have exactly these axes, a column per metric.

    The worst case is first. Of a long table only each model's worst is kept, unless `all_cases`.
    """
    frame = view.frame[view.frame["suite"] == "gradients"]
    for axis in _AXES:
        frame = frame[frame[axis].notna() if axis in axes else frame[axis].isna()]
    measured = frame[frame["state"] != "n/a"]
    if measured.empty:
        return None
    metrics = tables.unique(measured["metric"])
    row_of = tables.by_case(frame, [*axes, "metric"])
    cases = _worst_first(measured, axes, all_cases)
    models = [(case[0] if axes[0] == "model" else "", "") for case in cases]
    remark, remarks = remarks_of(view, models)
    body = []
    for case, remark_cells in zip(cases, remarks, strict=True):
        labels = [tables.label(*pair, view.peers) for pair in zip(axes, case, strict=True)]
        values = [_cell(row_of.get((*case, metric))) for metric in metrics]
        body.append([*labels, *values, *remark_cells])
    heads = [Head(metric.replace("_", " "), _tolerance(frame, metric)) for metric in metrics]
    command = commands.of_rows(measured)
    return Table([*map(Head, axes), *heads, *remark], body, _TABLES[axes], command)


def _worst_first(
    rows: pd.DataFrame, axes: tuple[str, ...], all_cases: bool
) -> list[tuple[str, ...]]:
    """Return the cases, sorted by the metric that is nearest to its tolerance."""
    shares = rows.assign(share=[_share(row) for row in tables.tuples(rows)])
    cases = shares.groupby([*axes])["share"].max().reset_index()
    cases = cases.sort_values(["share", *axes], ascending=[False, *(True for _ in axes)])
    if len(cases) > _MANY and not all_cases:
        cases = cases.drop_duplicates("model")
    return [tuple(case) for case in tables.tuples(cases[[*axes]])]


def _share(row: Any) -> float:
    """Return the value over its tolerance: infinite if it failed, 0 if it has no tolerance."""
    if row.state != "ok":
        return math.inf
    if row.tolerance > 0:
        return row.value / row.tolerance
    return math.inf if row.value > row.tolerance else 0.0


def _tolerance(rows: pd.DataFrame, metric: str) -> str:
    """Return the tolerance for the head of a column, "" unless all rows have the same."""
    tolerances = rows[rows["metric"] == metric]["tolerance"].dropna().unique()
    return f"tolerance {units.digits(tolerances[0], 2)}" if len(tolerances) == 1 else ""


def _cell(row: Any) -> Cell:
    if row is None or row.state != "ok":
        return tables.value(row)
    over = row.value > row.tolerance  # False where there is no tolerance
    shown = f"{units.digits(row.value, 2)}{' over' if over else ''}"
    return tables.number(row.value, shown, kind="failed" if over else "")

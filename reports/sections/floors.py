"""How near the time of every pass is to what the device allows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, floors, kernel, tables, templates, units
from reports.sections.speed import NAMES, directions
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "speed"
TITLE = "How near the floor"
ORDER = 25

_INTRO = (
    "A forward pass must read its input and write its spikes; a backward pass must read the input"
    " and a gradient, and write one. The rate is these bytes over the time; × copy is the time of"
    " the pass over that of a copy of as many bytes, timed in the same run on the same device: 1 is"
    " the floor. A pass that takes one step after the other has a second floor, × chain: T steps of"
    " one neuron, each waiting for the one before, without the cost of calling a layer; twice that"
    " for forward + backward. Where the kernel takes less than 90 % of a call, both would be"
    " multiples of the call's fixed cost, and are left out. A time that the device cannot reach is"
    " INVALID: it is not shown, and nothing is computed from it."
)
_COLUMNS = {"rate": "GB/s", "over_copy": "× copy", "over_chain": "× chain"}


def render(view: View) -> Markup | None:
    rows = _rows(view)
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        tables=[table(view)],
        folded={"At every length": _table(view, rows)},
    )


def table(view: View) -> Table | None:
    """Return each model, backend and size at the largest T at which it was timed."""
    rows = _rows(view)
    if rows.empty:
        return None
    last = rows.groupby(["model", "backend", "size"])["T"].transform("max")
    return _table(view, rows[rows["T"] == last], "At the largest T")


def _rows(view: View) -> pd.DataFrame:
    rows = floors.with_floors(view.rows("speed", *floors.PASSES), view.frame)
    return kernel.with_share(rows, view.frame)


def _table(view: View, rows: pd.DataFrame, caption: str = "") -> Table:
    """Return a row per case with, for each pass, its rate and its time over both floors."""
    keys = ["model", "backend", *(["size"] if rows["size"].nunique() > 1 else []), "T"]
    row_of = tables.by_case(rows, [*keys, "metric"])
    body = []
    cases = rows[[*keys, "copy_rate", "chain"]].drop_duplicates(keys).sort_values(keys)
    for case in tables.tuples(cases):
        *names, T, copy_rate, chain = case
        labels = [tables.label(*pair, view.peers) for pair in zip(keys, names, strict=False)]
        labels += [tables.number(T, units.steps(T)), tables.number(copy_rate / 1e9)]
        labels += [_serial_cell(chain, units.digits(chain * 1e6))]
        passes = [_cells(row_of.get((*names, T, metric))) for metric in directions(rows)]
        body.append([*labels, *(cell for cells in passes for cell in cells)])
    heads = [*map(Head, keys), Head("copy", "GB/s"), Head("chain", "µs")]
    passes_named = [NAMES.get(metric, metric) for metric in directions(rows)]
    heads += [Head(name, unit) for name in passes_named for unit in _COLUMNS.values()]
    sources = (rows, view.rows("floors"), kernel.sources(view.frame))
    return Table(heads, body, caption, commands.of_rows(*sources))


def _cells(row: Any) -> list[Cell]:
    """Return the cells of one pass."""
    if row is None or row.state != "ok":
        return [tables.value(row)] * len(_COLUMNS)
    time = units.quantity(row.value, "seconds")
    if row.share < kernel.LEAST:
        overhead = Cell("–", kind="na", note=f"{time}; the kernel takes {row.share:.0%} of it")
        return [tables.number(row.rate / 1e9, note=time), overhead, overhead]
    return [
        tables.number(row.rate / 1e9, note=time),
        tables.number(row.over_copy, units.times(row.over_copy), time),
        _serial_cell(row.over_chain, units.times(row.over_chain), time),
    ]


def _serial_cell(value: float, shown: str, note: str = "") -> Cell:
    """Return the cell of a value that only serial passes have."""
    if math.isnan(value):
        return Cell("–", kind="na", note="not serial, or the chain was not measured here")
    return tables.number(value, shown, note)

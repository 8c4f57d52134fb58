"""How near every pass comes to what the device allows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import floors, tables, templates, units
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "How near the limit"
ORDER = 25

_INTRO = (
    "A forward pass must read its input and write its spikes; a backward pass must read the input"
    " and a gradient, and write one. The rate is these bytes over the time; × copy is how many"
    " times longer the pass takes than a copy of as many bytes, timed in the same run on the same"
    " device: 1 is the limit. A model that is run step after step has a second one, × chain: T"
    " steps of one neuron, each waiting for the last, without what calling a layer costs; twice"
    " that for forward + backward. A time that the device cannot reach is INVALID: it is not"
    " shown, and nothing is derived from it."
)
_SHOWN = {"rate": "GB/s", "copies": "× copy", "chains": "× chain"}


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
    """Each model, backend and size at the largest T it was timed at."""
    rows = _rows(view)
    if rows.empty:
        return None
    last = rows.groupby(["model", "backend", "size"])["T"].transform("max")
    return _table(view, rows[rows["T"] == last], "At the largest T")


def _rows(view: View) -> pd.DataFrame:
    return floors.beside(view.rows("speed", *floors.PASSES), view.frame)


def _table(view: View, rows: pd.DataFrame, caption: str = "") -> Table:
    """A row per case; per direction its rate, and its time over either floor."""
    keys = ["model", "backend", *(["size"] if rows["size"].nunique() > 1 else []), "T"]
    found = tables.by_case(rows, [*keys, "metric"])
    body = []
    columns = [*keys, "limit", "chain"]
    for case in tables.each(rows[columns].drop_duplicates(keys).sort_values(keys)):
        *labels, T, limit, chain = case
        named = [tables.named(*pair, view.peers) for pair in zip(keys, labels, strict=False)]
        named += [tables.number(T, units.steps(T)), tables.number(limit / 1e9)]
        named += [_serial(chain, units.digits(chain * 1e6))]
        shown = [_cells(found.get((*labels, T, metric))) for metric in floors.PASSES]
        body.append([*named, *(cell for cells in shown for cell in cells)])
    heads = [*map(Head, keys), Head("copy", "GB/s"), Head("chain", "µs")]
    heads += [Head(metric, unit) for metric in floors.PASSES for unit in _SHOWN.values()]
    return Table(heads, body, caption)


def _cells(row: Any) -> list[Cell]:
    if row is None or row.state != "ok":
        return [tables.state(row)] * len(_SHOWN)
    took = units.quantity(row.value, "seconds")
    return [
        tables.number(row.rate / 1e9, note=took),
        tables.number(row.copies, units.times(row.copies), took),
        _serial(row.chains, units.times(row.chains), took),
    ]


def _serial(value: float, shown: str, note: str = "") -> Cell:
    """What only a model has that is run serially."""
    if math.isnan(value):
        return Cell("–", kind="na", note="not run step after step, or no such floor here")
    return tables.number(value, shown, note)

"""Tables that are drawn twice: sortable in the page, plain in the Markdown summary."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import floors, templates, units

_NOBODY: Mapping[str, str] = {}
_WHY = {floors.INVALID: floors.REASON}


@dataclass(frozen=True)
class Cell:
    """What is read, what it sorts by (None comes last), and how it looks."""

    text: str
    sort: float | str | None = None
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Head:
    text: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""

    def html(self) -> Markup:
        return templates.render("table.html", table=self, numeric=self._numeric())

    def markdown(self) -> str:
        heads = [f"{head.text} ({head.unit})" if head.unit else head.text for head in self.heads]
        rules = ["---:" if numeric else "---" for numeric in self._numeric()]
        body = [[cell.text.replace("|", "\\|") for cell in row] for row in self.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rules, *body])

    def _numeric(self) -> list[bool]:
        columns = zip(*self.rows, strict=True) if self.rows else [() for _ in self.heads]
        return [any(isinstance(cell.sort, float) for cell in column) for column in columns]


def text(value: str, kind: str = "", note: str = "") -> Cell:
    return Cell(value, value, kind, note)


def named(axis: str, value: str, peers: Mapping[str, str] = _NOBODY) -> Cell:
    """The value of an axis; a model carries its colour, another library is marked."""
    kind = "model" if axis == "model" else "peer" if value in peers else ""
    return Cell(value, value, kind, peers.get(value, ""))


def number(value: float, shown: str | None = None, note: str = "", kind: str = "") -> Cell:
    return Cell(units.digits(value) if shown is None else shown, float(value), kind, note)


def count(value: int, kind: str = "") -> Cell:
    return Cell(str(value), float(value), kind)


def ratio(row: Any, note: str = "") -> Cell:
    """The `ratio` of a row, green where it is a gain; what failed says so."""
    if row is None or row.state != "ok":
        return state(row)
    return Cell(units.times(row.ratio), float(row.ratio), "good" if row.ratio > 1 else "", note)


def state(row: Any, factor: float = 1.0) -> Cell:
    """A row of the frame as it is: its value with its interval, `n/a`, `failed` or `INVALID`.

    Counters are exact and shown so; anything else has three significant digits.
    """
    if row is None or row.state == "n/a":
        return Cell("n/a", kind="na", note="not measured here")
    if row.state != "ok":
        return Cell(row.state, kind="failed", note=_WHY.get(row.state, ""))
    show = units.exact if row.gate == "counter" else units.digits
    wide = "" if math.isnan(row.lo) else _interval(row, factor)
    return number(row.value, show(row.value * factor), wide)


def _interval(row: Any, factor: float) -> str:
    low, high = (units.digits(bound * factor) for bound in (max(row.lo, 0.0), row.hi))
    return f"99 % interval {low} to {high}"


def over_steps(
    rows: pd.DataFrame,
    keys: list[str],
    metrics: dict[str, tuple[str, str]],
    cell: Callable[[Any], Cell],
    peers: Mapping[str, str] = _NOBODY,
    caption: str = "",
) -> Table:
    """A row per combination of `keys`, a column per metric and T.

    `metrics` maps a metric to its head and unit; the head of a single metric is left to the
    caption, and a `size` that all rows share to the figures.
    """
    if "size" in keys and rows["size"].nunique() == 1:
        keys = [key for key in keys if key != "size"]
    steps = sorted(rows["T"].dropna().unique())
    found = by_case(rows, [*keys, "metric", "T"])
    heads = [Head(key) for key in keys]
    for title, unit in metrics.values():
        for step in (f"T = {units.steps(int(step))}" for step in steps):
            heads.append(Head(step, unit) if len(metrics) == 1 else Head(title, _join(unit, step)))
    body = []
    for case in each(rows[keys].drop_duplicates().sort_values(keys)):
        values = [cell(found.get((*case, metric, step))) for metric in metrics for step in steps]
        labels = [named(key, value, peers) for key, value in zip(keys, case, strict=True)]
        body.append([*labels, *values])
    return Table(heads, body, caption)


def _join(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def by_case(frame: pd.DataFrame, keys: list[str]) -> dict[Any, Any]:
    """Key -> the newest row under it, so that a table can look its cells up."""
    rows = each(frame.sort_values("started"))
    return {tuple(getattr(row, key) for key in keys): row for row in rows}


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples; what their fields hold only the caller knows."""
    return frame.itertuples(index=False)


def ordered(values: Iterable[Any]) -> list[Any]:
    """Each value once, in the order of first appearance."""
    return list(dict.fromkeys(values))

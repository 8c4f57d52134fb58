"""Tables: sortable on the page, plain in the Markdown summary, to be saved as CSV and LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, downloads, floors, latex, templates, units
from reports.markdown import markdown_text

_NARROW = 6  # columns
_NO_PEERS: Mapping[str, str] = {}
_REASONS = {floors.INVALID: floors.REASON}


@dataclass(frozen=True)
class Cell:
    """The text of a cell, the key that sorts it (None is last), its CSS class and its tooltip.

    The key of a number is its value in the unit of the column's head.
    """

    text: str
    sort: float | str | None = None
    kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Head:
    text: str
    unit: str = ""

    @property
    def title(self) -> str:
        return f"{self.text} ({self.unit})" if self.unit else self.text


@dataclass(frozen=True)
class Table:
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    command: str = ""  # that measures it

    @property
    def narrow(self) -> bool:
        """Whether the table fits beside a figure."""
        return len(self.heads) <= _NARROW

    def html(self, title: str = "") -> Markup:
        """Return the table, its downloads and its command; `title` stands in for a caption."""
        numeric = self._numeric()
        menu = self.downloads(title) + commands.menu(self.command, self.caption or title)
        return templates.render("table.html", table=self, numeric=numeric, menu=menu)

    def downloads(self, title: str = "") -> Markup:
        """Return the menu that saves the table as CSV and as LaTeX."""
        heads = [head.title for head in self.heads]
        texts = [[cell.text for cell in row] for row in self.rows]
        shown = latex.tabular(self.caption or title, heads, texts, self._numeric())
        return downloads.of_table(self.caption or title, self.frame(), shown)

    def frame(self) -> pd.DataFrame:
        """Return the numbers with full precision, and the texts, by the titles of the columns."""
        body = [[_plain(cell) for cell in row] for row in self.rows]
        return pd.DataFrame(body, columns=[_joined(head.title) for head in self.heads])

    def markdown(self) -> str:
        heads = [markdown_text(head.title) for head in self.heads]
        rules = ["---:" if numeric else "---" for numeric in self._numeric()]
        body = [[markdown_text(cell.text) for cell in row] for row in self.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rules, *body])

    def _numeric(self) -> list[bool]:
        columns = zip(*self.rows, strict=True) if self.rows else [() for _ in self.heads]
        return [any(isinstance(cell.sort, float) for cell in column) for column in columns]


def text(value: str, kind: str = "", note: str = "") -> Cell:
    """Return a cell of text that is sorted by it."""
    return Cell(value, value, kind, note)


def label(axis: str, value: str, peers: Mapping[str, str] = _NO_PEERS) -> Cell:
    """Return the cell of a value of an axis; models have their colour, peers are in italics."""
    name = "" if pd.isna(value) else value  # a benchmark without this axis
    kind = "model" if axis == "model" else "peer" if name in peers else ""
    return Cell(name, name, kind, peers.get(name, ""))


def number(value: float, shown: str | None = None, note: str = "", kind: str = "") -> Cell:
    """Return the cell of a number, shown with three significant digits or as `shown`."""
    return Cell(units.digits(value) if shown is None else shown, float(value), kind, note)


def count(value: int, kind: str = "") -> Cell:
    """Return the cell of a count."""
    return Cell(str(value), float(value), kind)


def ratio(row: Any, note: str = "") -> Cell:
    """Return the cell of a row's `ratio`, green above one; of its state if it has no value."""
    if row is None or row.state != "ok":
        return value(row)
    return Cell(units.times(row.ratio), float(row.ratio), "good" if row.ratio > 1 else "", note)


def value(row: Any, factor: float = 1.0) -> Cell:
    """Return the cell of a row's value times `factor`, or `n/a`, `failed` or `INVALID`.

    The tooltip gives the interval. Counters are shown in full, other values with three digits.
    """
    if row is None or row.state == "n/a":
        return Cell("n/a", kind="na", note="not measured here")
    if row.state != "ok":
        return Cell(row.state, kind="failed", note=_REASONS.get(row.state, ""))
    show = units.exact if row.gate == "counter" else units.digits
    interval = "" if math.isnan(row.lo) else _interval(row, factor)
    return number(row.value * factor, show(row.value * factor), interval)


def _plain(cell: Cell) -> float | str:
    """Return the number of a cell, or else its text; a dash is nothing."""
    if not isinstance(cell.sort, float):
        return _joined(cell.text.removeprefix("–"))
    return int(cell.sort) if cell.sort.is_integer() and abs(cell.sort) < 2**53 else cell.sort


def _joined(text: str) -> str:
    """Return text without the thin spaces in its numbers, and with others between its words."""
    return re.sub(rf"(?<=\d){units.THIN}(?=\d)", "", text).replace(units.THIN, " ")


def _interval(row: Any, factor: float) -> str:
    low, high = (units.digits(end * factor) for end in (max(row.lo, 0.0), row.hi))
    return f"99 % interval {low} to {high}"


def over_steps(
    rows: pd.DataFrame,
    keys: list[str],
    metrics: dict[str, tuple[str, str]],
    cell: Callable[[Any], Cell],
    peers: Mapping[str, str] = _NO_PEERS,
    caption: str = "",
) -> Table:
    """Return a table with a row per combination of `keys` and a column per metric and T.

    `metrics` maps a metric to its head and unit; a single metric is named by the caption instead.
    The column `size` is left out if all rows have the same. `cell` turns a row of the frame, or
    None where there is none, into a cell.
    """
    if "size" in keys and rows["size"].nunique() == 1:
        keys = [key for key in keys if key != "size"]
    steps = sorted(rows["T"].dropna().unique())
    row_of = by_case(rows, [*keys, "metric", "T"])
    heads = [Head(key) for key in keys]
    for title, unit in metrics.values():
        for step in (f"T = {units.steps(int(step))}" for step in steps):
            heads.append(Head(step, unit) if len(metrics) == 1 else Head(title, _join(unit, step)))
    body = []
    for case in tuples(rows[keys].drop_duplicates().sort_values(keys)):
        cells = [cell(row_of.get((*case, metric, step))) for metric in metrics for step in steps]
        labels = [label(key, name, peers) for key, name in zip(keys, case, strict=True)]
        body.append([*labels, *cells])
    return Table(heads, body, caption, commands.of_rows(rows))


def over_steps_by_backend(
    rows: pd.DataFrame,
    titles: Mapping[str, str],
    caption: str,
    peers: Mapping[str, str] = _NO_PEERS,
) -> Table | None:
    """Return a table of rows of one unit, by model, backend and size; None without rows.

    `titles` maps each metric to its head.
    """
    if rows.empty:
        return None
    factor, unit = units.scale(rows["value"], rows["unit"].iloc[0])
    return over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (title, unit) for metric, title in titles.items()},
        lambda row: value(row, factor),
        peers,
        caption,
    )


def _join(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def by_case(frame: pd.DataFrame, keys: list[str]) -> dict[Any, Any]:
    """Return the newest row of each case, by the values of `keys`."""
    rows = tuples(frame.sort_values("started"))
    return {tuple(getattr(row, key) for key in keys): row for row in rows}


def tuples(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows as named tuples, typed Any because their fields vary."""
    return frame.itertuples(index=False)


def unique(values: Iterable[Any]) -> list[Any]:
    """Return the distinct values, in the order of first appearance."""
    return list(dict.fromkeys(values))

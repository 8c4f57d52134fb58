"""The page of a comparison: one file that needs no other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from reports import comparison, site, tables, templates, units
from reports.comparison import Comparison
from reports.tables import Cell, Head, Table

FILE = "compare.html"
_MEANINGS = {
    comparison.WORSE: "beyond the noise",
    comparison.BETTER: "beyond the noise",
    comparison.SAME: "equal, or within the noise",
    comparison.UNKNOWN: "not equal, and no interval says how sure that is",
}
_CLASSES = {comparison.WORSE: "failed", comparison.BETTER: "good"}


def html(compared: Comparison, folder: Path) -> str:
    """Return the text of the page; in the folder of a site it links the pages of the site."""
    pages = site.PAGES if (folder / site.OVERVIEW.file).exists() else ()
    rendered = templates.render(
        "compare.html",
        **compared._asdict(),
        counts=compared.counts,
        meanings=_MEANINGS,
        suites=_suites(compared),
        command=f"python -m reports compare {compared.first.name} {compared.second.name}",
        pages=pages,
        page=None,
        root="",
        style=site.style(()),
        script=site.script(),
    )
    return str(rendered)


def headline(compared: Comparison) -> str:
    """Return one line: how many series are worse, better, the same or of unknown noise."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in compared.counts.items())
    return f"{compared.second.name} against {compared.first.name}: {counts}"


def _suites(compared: Comparison) -> dict[str, Table]:
    """Return the table of each suite, the suites with the most losses first."""
    rows = compared.series
    losses = rows.assign(lost=rows["verdict"] == comparison.WORSE).groupby("suite")["lost"].sum()
    order = losses.sort_values(ascending=False, kind="stable").index
    names = (compared.first.name, compared.second.name)
    return {str(suite): _table(rows[rows["suite"] == suite], names) for suite in order}


def _table(rows: pd.DataFrame, names: tuple[str, str]) -> Table:
    body = [
        [
            tables.text(row.model),
            tables.text(row.metric.replace("_", " ")),
            tables.text(row.case),
            _value(row.first, row.lo, row.hi, row.unit),
            _value(row.second, row.lo_second, row.hi_second, row.unit),
            _ratio(row),
            tables.text(row.verdict, _CLASSES.get(row.verdict, "")),
            tables.text(row.unit),
        ]
        for row in tables.tuples(rows)
    ]
    heads = ("model", "metric", "case", *names, "ratio", "verdict", "saved in")
    return Table([*map(Head, heads)], body)


def _value(value: float, low: float, high: float, unit: str) -> Cell:
    ends = (units.quantity(end, unit) for end in (low, high))
    note = "" if math.isnan(low) else f"interval {' to '.join(ends)}"
    return tables.number(value, units.quantity(value, unit), note)


def _ratio(row: Any) -> Cell:
    """Return the ratio, sorted by how many times worse it is; none where a value is 0."""
    if not 0 < row.worse < math.inf:
        return Cell("–", kind="na", note="one of the values is 0")
    return tables.number(row.ratio, units.times(row.ratio))

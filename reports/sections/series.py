"""Every series over commits, to be searched, drawn and zoomed, and the changes found in them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, series, tables, templates, units
from reports.tables import Head, Table
from reports.view import View

PAGE = "history"
TITLE = "Every series"
ORDER = 91

_SHOWN = 50  # changes in the table, the largest losses first


def render(view: View) -> Markup | None:
    if view.history["commit"].nunique() < 2:
        return None
    changed = series.changed(view)
    return templates.render(
        "series.html",
        packed=series.pack(view, changed),
        again=commands.menu(commands.of_rows(view.history), "the chosen series"),
        count=len(changed),
        shown=min(len(changed), _SHOWN),
        table=_table(changed.head(_SHOWN)),
    )


def _table(changed: pd.DataFrame) -> Table:
    body = [
        [
            tables.text(row.series, "prose"),
            tables.text(row.kind),
            tables.text("worse" if row.loss else "better", "" if row.loss else "good"),
            _ratio(row),
            tables.text(units.quantity(row.old, row.unit or "")),
            tables.text(units.quantity(row.new, row.unit or "")),
            tables.text(row.commit[:8]),
        ]
        for row in tables.tuples(changed)
    ]
    heads = ("series", "kind", "verdict", "ratio", "old", "new", "commit")
    return Table([*map(Head, heads)], body)


def _ratio(row: Any) -> tables.Cell:
    if pd.isna(row.ratio):
        return tables.Cell("–", kind="na", note="one of the values is 0")
    return tables.number(row.ratio, units.times(row.ratio))

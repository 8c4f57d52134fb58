"""Peak memory over T, and what autograd saves for the backward."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates
from reports.drawing import line_legend
from reports.figures import panels
from reports.tables import Table
from reports.view import View

PAGE = "memory"
TITLE = "Memory"
ORDER = 40

_INTRO = (
    "Peak bytes of one forward + backward above what was in use before it, and the bytes that"
    " autograd saves for the backward, per element of the input."
)


def render(view: View) -> Markup | None:
    rows = view.rows("memory")
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        legend=line_legend(view.styles_of(rows), "memory"),
        panels=_panels(view, rows),
        tables=[_table(view, metric) for metric in _metrics(rows)],
    )


def table(view: View) -> Table | None:
    """Return the peak bytes: a row per model and backend, a column per T."""
    return _table(view, "peak_bytes")


def _metrics(rows: pd.DataFrame) -> list[str]:
    return sorted(rows["metric"].unique())


def _table(view: View, metric: str) -> Table | None:
    rows, caption = view.rows("memory", metric), metric.replace("_", " ").capitalize()
    return tables.over_steps_by_backend(rows, {metric: metric.split("_")[0]}, caption, view.peers)


def _panels(view: View, rows: pd.DataFrame) -> dict[str, Markup]:
    """Return a figure per metric and size, by its heading."""
    drawn: dict[str, Markup] = {}
    for metric in _metrics(rows):
        of_metric = rows[rows["metric"] == metric]
        unit = of_metric["unit"].iloc[0]
        for size in tables.unique(of_metric["size"]):
            heading = f"{metric.replace('_', ' ').capitalize()}, {size}"
            selected, stem = of_metric[of_metric["size"] == size], f"{metric}-{len(drawn)}"
            drawn |= panels(selected, view.styles, heading, stem=stem, unit=unit)
    return drawn

"""What a compiled model's first call costs."""

from __future__ import annotations

from markupsafe import Markup

from reports import tables, templates, units
from reports.tables import Table
from reports.view import View

TITLE = "First call"
ORDER = 35

_INTRO = (
    "Seconds until a layer has been made and has run forward + backward for the first time in a"
    " fresh process that has imported torch: cold, with nothing compiled before, and cached, with"
    " what an earlier process compiled. Later calls are what the other sections time."
)


def render(view: View) -> Markup | None:
    shown = table(view)
    return templates.render("figures.html", intro=_INTRO, tables=[shown]) if shown else None


def table(view: View) -> Table | None:
    """A row per model and backend."""
    rows = view.rows("calls", "cold", "cached")
    if rows.empty:
        return None
    factor, unit = units.scale(rows["value"], "seconds")
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric, unit) for metric in ("cold", "cached")},
        lambda row: tables.state(row, factor),
        caption="First forward + backward",
    )

"""The time of a compiled model's first call."""

from __future__ import annotations

from markupsafe import Markup

from reports import tables, templates, units
from reports.tables import Table
from reports.view import View

TITLE = "First call"
ORDER = 35

_INTRO = (
    "Time in which a fresh process that has imported torch builds a layer and runs forward +"
    " backward for the first time: cold, with nothing compiled before, and cached, with the kernels"
    " that an earlier process compiled. The other sections time later calls."
)


def render(view: View) -> Markup | None:
    times = table(view)
    return templates.render("figures.html", intro=_INTRO, tables=[times]) if times else None


def table(view: View) -> Table | None:
    """Return a row per model and backend."""
    rows = view.rows("calls", "cold", "cached")
    if rows.empty:
        return None
    factor, unit = units.scale(rows["value"], "seconds")
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric, unit) for metric in ("cold", "cached")},
        lambda row: tables.value(row, factor),
        caption="First forward + backward",
    )

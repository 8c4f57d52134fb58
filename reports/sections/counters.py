"""Counts that are the same in every run: operations dispatched per time step."""

from __future__ import annotations

from markupsafe import Markup

from reports import tables, templates
from reports.tables import Table
from reports.view import View

PAGE = "speed"
TITLE = "Counters"
ORDER = 55

_INTRO = (
    "Operations that torch dispatches per time step. The same code gives the same count on every"
    " machine, so the gate allows no growth at all."
)


def render(view: View) -> Markup | None:
    counts = table(view)
    return templates.render("figures.html", intro=_INTRO, tables=[counts]) if counts else None


def table(view: View) -> Table | None:
    """Return a row per model and backend."""
    rows = view.rows("calls", "dispatched_ops")
    titles = {"dispatched_ops": "dispatched ops"}
    return tables.over_steps_by_backend(rows, titles, "Dispatched operations", view.peers)

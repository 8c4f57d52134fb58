"""The time of a compiled model's first call."""

from __future__ import annotations

from markupsafe import Markup

from reports import tables, templates
from reports.tables import Table
from reports.view import View

PAGE = "speed"
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
    titles = {metric: metric for metric in ("cold", "cached")}
    rows = view.rows("calls", *titles)
    return tables.over_steps_by_backend(rows, titles, "First forward + backward")

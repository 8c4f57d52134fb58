"""The fixed cost of a call, and the share of a call that the kernel takes."""

from __future__ import annotations

from markupsafe import Markup

from reports import kernel, tables, templates
from reports.tables import Table
from reports.view import View

PAGE = "speed"
TITLE = "Fixed cost of a call"
ORDER = 27

_INTRO = (
    "Time of a call with next to nothing to compute: 64 neurons. At T = 1 it is what every call"
    " costs, whatever its length. The kernel share is the part of forward + backward that is not"
    f" this fixed cost. Only where it is at least {kernel.LEAST:.0%} does a time say how fast the"
    " kernel is: no slope and no multiple of a floor is given below that."
)


def render(view: View) -> Markup | None:
    shown = [table(view), _shares(view)]
    return templates.render("figures.html", intro=_INTRO, tables=shown) if any(shown) else None


def table(view: View) -> Table | None:
    """Return a row per model and backend: the time of a call at each T of 64 neurons."""
    titles = {metric: metric for metric in ("forward", "training")}
    rows = view.rows("calls", *titles)
    return tables.over_steps_by_backend(rows, titles, "Time of a small call")


def _shares(view: View) -> Table | None:
    """Return a row per model and backend: the kernel share at each T of the speed suite."""
    rows = view.rows("speed", "kernel_share")
    caption = "Kernel share of forward + backward, %"
    return tables.over_steps_by_backend(rows, {"kernel_share": "share"}, caption)

"""How many times faster than the baseline model, at every T: the DSN paper's Figure 5."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates
from reports.analysis import as_ratio
from reports.drawing import line_legend
from reports.sections.speed import DIRECTIONS, NAMES, by_direction, directions
from reports.tables import Table
from reports.view import View

PAGE = "speed"
TITLE = "Speed-up"
ORDER = 30

_PAPER = " The DSN paper's Figure 5 times in another way, see the section on its protocol."


def render(view: View) -> Markup | None:
    rows = _rows(view)
    if view.rows("speed", *DIRECTIONS).empty:
        return None
    if rows.empty:
        return templates.render("not_measured.html", subject=f"the baseline {view.baseline}")
    intro = (
        f"How many times faster than {view.baseline} in the same case. {view.baseline} always runs"
        " on its fastest backend there, so no speed-up comes from a slow baseline. Other libraries"
        " have a separate section. Where the kernel takes a small part of a call, the ratio is"
        f" mostly one of fixed costs.{_PAPER if view.baseline == 'psn' else ''}"
    )
    ratios = as_ratio(rows)
    return templates.render(
        "figures.html",
        intro=intro,
        legend=line_legend(view.styles_of(rows), "speedup"),
        panels=by_direction(ratios, view.styles, "speedup", "×", reference=1.0),
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """Return a row per model, backend and size, and a column per direction and T."""
    rows = _rows(view)
    if rows.empty:
        return None
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (NAMES.get(metric, metric), "") for metric in directions(rows)},
        lambda row: tables.ratio(row, row and f"against {view.baseline} on {row.base_backend}"),
        caption=f"Speed-up over {view.baseline}",
    )


def _rows(view: View) -> pd.DataFrame:
    rows = view.ours(view.rows("speed", *DIRECTIONS))
    return analysis.speedups(rows, view.baseline)

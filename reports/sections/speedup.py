"""How many times faster than the baseline model, at every T: the DSN paper's Figure 5."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates
from reports.analysis import as_ratio
from reports.drawing import keys
from reports.sections.speed import DIRECTIONS, by_direction
from reports.tables import Table
from reports.view import View

TITLE = "Speed-up"
ORDER = 30

_PAPER = (
    " For orientation, the DSN paper (Figure 5) reports for DSN over PSN at 16k steps, on its"
    " hardware: forward 21.7×, backward 28.0×, together 25.6×."
)


def render(view: View) -> Markup | None:
    rows = _rows(view)
    if rows.empty:
        return templates.render("missing.html", what=f"the baseline {view.baseline}")
    intro = (
        f"How many times faster than {view.baseline} in the same case. {view.baseline} stands"
        " there with its own fastest backend, so nobody gains from a slow opponent; other"
        f" libraries have a section of their own.{_PAPER if view.baseline == 'psn' else ''}"
    )
    return templates.render(
        "figures.html",
        intro=intro,
        keys=keys(rows["backend"], "speedup"),
        panels=by_direction(as_ratio(rows), "speedup", "×", reference=1.0),
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """A row per model, backend and size, a column per direction and T."""
    rows = _rows(view)
    if rows.empty:
        return None
    names = ("forward", "backward", "together")
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (name, "") for metric, name in zip(DIRECTIONS, names, strict=True)},
        lambda row: tables.ratio(row, row and f"against {view.baseline} on {row.base_backend}"),
        caption=f"Speed-up over {view.baseline}",
    )


def _rows(view: View) -> pd.DataFrame:
    rows = view.ours(view.rows("speed", *DIRECTIONS))
    return analysis.speedups(rows, view.baseline)

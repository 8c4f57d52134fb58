"""Time over T for every model and backend, and its exponent in T."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates, units
from reports.drawing import line_legend
from reports.figures import dots, panels
from reports.palette import Style
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Speed"
ORDER = 20

DIRECTIONS = {"forward": "forward", "backward": "backward alone", "training": "forward + backward"}
_INTRO = (
    "Time of one call over the whole sequence, against the length T of the sequence. Both axes are"
    " logarithmic, so the slope of a line is its exponent: 1 means that the time per step is"
    " constant, 2 that it grows with T. The shaded band is asv's 99 % interval; a cross at the"
    " bottom is a case that failed. The last figure compares all models at one length. Choose a"
    " model above to highlight it in every figure."
)


def render(view: View) -> Markup | None:
    rows = view.ours(view.rows("speed", *DIRECTIONS))
    if rows.empty:
        return None
    slopes = table(view)
    return templates.render(
        "figures.html",
        intro=_INTRO,
        legend=line_legend(view.styles_of(rows), "speed"),
        panels=by_direction(rows, view.styles, "speed") | _ranking(rows, view.styles),
        tables=[slopes] if slopes else [],
        folded={"Every time measured": _times(view)},
    )


def by_direction(
    rows: pd.DataFrame,
    styles: Mapping[str, Style],
    stem: str,
    unit: str = "seconds",
    reference: float | None = None,
) -> dict[str, Markup]:
    """Return a figure per size and direction, by its heading."""
    drawn: dict[str, Markup] = {}
    for size in tables.unique(rows["size"]):
        for metric, direction in DIRECTIONS.items():
            selected = rows[(rows["size"] == size) & (rows["metric"] == metric)]
            heading = f"{direction}, {size}" if size else direction
            name = f"{stem}-{metric}-{len(drawn)}"
            drawn |= panels(selected, styles, heading, stem=name, unit=unit, reference=reference)
    return drawn


def _ranking(rows: pd.DataFrame, styles: Mapping[str, Style]) -> dict[str, Markup]:
    """Return a figure per size: forward + backward of every model at one T.

    It is the largest T among those that most models ran at.
    """
    rows = rows[(rows["metric"] == "training") & (rows["value"] > 0)]
    drawn: dict[str, Markup] = {}
    for size in tables.unique(rows["size"]):
        same_size = rows[rows["size"] == size]
        models = same_size.groupby("T")["model"].nunique()
        T = int(models[models == models.max()].index.max())
        heading = f"{DIRECTIONS['training']}, T = {units.steps(T)}"
        title = f"{heading}, {size}" if size else heading
        name = f"speed-ranking-{len(drawn)}"
        at_T = same_size[same_size["T"] == T]
        drawn[title] = dots(at_T, styles, name=name, title=title, unit="seconds", kind="backend")
    return drawn


def table(view: View) -> Table | None:
    """Return the slope of every model and backend, and its time per step at the largest T."""
    rows = view.rows("speed", *DIRECTIONS)
    fits = {tuple(fit[:4]): fit for fit in tables.tuples(analysis.slopes(rows))}
    if not fits:
        return None
    last = int(rows["T"].max())
    at_last = tables.by_case(rows[rows["T"] == last], ["metric", "model", "backend", "size"])
    keys = ["model", "backend", *(["size"] if rows["size"].nunique() > 1 else [])]
    cases = rows[["model", "backend", "size"]].drop_duplicates().sort_values(keys)
    body = []
    for case in tables.tuples(cases):
        fitted = [fits.get((metric, *case)) for metric in DIRECTIONS]
        if not any(fitted):
            continue  # measured at one T only: "Every time measured" shows it
        labels = [tables.label(key, getattr(case, key), view.peers) for key in keys]
        slopes = [_slope(fit) for fit in fitted]
        steps = [_per_step(at_last.get((metric, *case))) for metric in DIRECTIONS]
        body.append([*labels, *slopes, *steps])
    heads = [*map(Head, keys), *(Head(f"{metric} slope") for metric in DIRECTIONS)]
    heads += [Head(metric, "µs/step") for metric in DIRECTIONS]
    return Table(heads, body, f"Fitted slope, and time per step at T = {units.steps(last)}")


def _slope(fit: Any) -> Cell:
    if fit is None:
        return Cell("–", kind="na", note="fewer than two T")
    error = "" if math.isnan(fit.stderr) else f" ± {fit.stderr:.2f}"
    span = f"{fit.points} points, T = {units.steps(fit.first)} to {units.steps(fit.last)}"
    return tables.number(fit.slope, f"{fit.slope:.2f}{error}", span)


def _per_step(row: Any) -> Cell:
    if row is None or row.state != "ok":
        return tables.value(row)
    return tables.number(row.value / row.T * 1e6)


def _times(view: View) -> Table:
    """Return every time, with its interval as tooltip, and what is n/a or failed."""
    rows = view.frame[(view.frame["suite"] == "speed") & view.frame["metric"].isin(DIRECTIONS)]
    factor, unit = units.scale(rows["value"], "seconds")
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric, unit) for metric in DIRECTIONS},
        lambda row: tables.value(row, factor),
        view.peers,
    )

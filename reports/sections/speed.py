"""Time over T for every model and backend, and how steeply it grows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates, units
from reports.drawing import keys
from reports.figures import dots, panels
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Speed"
ORDER = 20

DIRECTIONS = {"forward": "forward", "backward": "backward alone", "training": "forward + backward"}
_INTRO = (
    "Time of one call over the whole sequence, against its length. Both axes are logarithmic, so"
    " the slope is the exponent: 1 means time per step is constant, 2 that it grows with T. The"
    " shade is asv's 99 % interval, a cross on the floor a case that failed. The last figure ranks"
    " all models at one length. Choose a model above to follow it through every figure."
)


def render(view: View) -> Markup | None:
    rows = view.ours(view.rows("speed", *DIRECTIONS))
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        keys=keys(rows["backend"], "speed"),
        panels=by_direction(rows, "speed") | _ranking(rows),
        tables=[found for found in [table(view)] if found],
        folded={"Every time measured": _times(view)},
    )


def by_direction(
    rows: pd.DataFrame, stem: str, unit: str = "seconds", reference: float | None = None
) -> dict[str, Markup]:
    """A figure per size and direction."""
    drawn: dict[str, Markup] = {}
    for size in tables.ordered(rows["size"]):
        for metric, direction in DIRECTIONS.items():
            some = rows[(rows["size"] == size) & (rows["metric"] == metric)]
            heading = f"{direction}, {size}" if size else direction
            name = f"{stem}-{metric}-{len(drawn)}"
            drawn |= panels(some, heading, stem=name, unit=unit, reference=reference)
    return drawn


def _ranking(rows: pd.DataFrame) -> dict[str, Markup]:
    """Training of every model, at the largest T of those that most models ran."""
    some = rows[(rows["metric"] == "training") & (rows["value"] > 0)]
    drawn: dict[str, Markup] = {}
    for size in tables.ordered(some["size"]):
        alike = some[some["size"] == size]
        models = alike.groupby("T")["model"].nunique()
        T = int(models[models == models.max()].index.max())
        heading = f"{DIRECTIONS['training']}, T = {units.steps(T)}"
        title = f"{heading}, {size}" if size else heading
        name = f"speed-ranking-{len(drawn)}"
        ranked = alike[alike["T"] == T]
        drawn[title] = dots(ranked, name=name, title=title, unit="seconds", kind="backend")
    return drawn


def table(view: View) -> Table | None:
    """The slope of every model and backend beside its time per step at the largest T."""
    rows = view.rows("speed", *DIRECTIONS)
    fits = {tuple(fit[:4]): fit for fit in tables.each(analysis.slopes(rows))}
    if not fits:
        return None
    last = int(rows["T"].max())
    at_last = tables.by_case(rows[rows["T"] == last], ["metric", "model", "backend", "size"])
    keys = ["model", "backend", *(["size"] if rows["size"].nunique() > 1 else [])]
    body = []
    for case in tables.each(rows[["model", "backend", "size"]].drop_duplicates().sort_values(keys)):
        fitted = [fits.get((metric, *case)) for metric in DIRECTIONS]
        if not any(fitted):
            continue  # measured at one T only: "Every time measured" shows it
        labels = [tables.named(key, getattr(case, key), view.peers) for key in keys]
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
        return tables.state(row)
    return tables.number(row.value / row.T * 1e6)


def _times(view: View) -> Table:
    """Every value with its interval in the cell's note; n/a and failed as they are."""
    rows = view.frame[(view.frame["suite"] == "speed") & view.frame["metric"].isin(DIRECTIONS)]
    factor, unit = units.scale(rows["value"], "seconds")
    return tables.over_steps(
        rows,
        ["model", "backend", "size"],
        {metric: (metric, unit) for metric in DIRECTIONS},
        lambda row: tables.state(row, factor),
        view.peers,
    )

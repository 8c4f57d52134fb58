"""Time over T for every model and backend, and its exponent in T."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, kernel, tables, templates, units
from reports.drawing import line_legend
from reports.figures import dots, panels
from reports.palette import Style
from reports.remarks import column as remarks_of
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "speed"
TITLE = "Speed"
ORDER = 20

DIRECTIONS = {
    "forward": "forward",
    "forward_graph": "forward with graph",
    "backward": "backward alone",
    "training": "forward + backward",
}
NAMES = {"forward_graph": "with graph"}  # in a table's head, if not the metric's
_INTRO = (
    "Time of one call over the whole sequence, against the length T of the sequence; both axes are"
    " logarithmic. Forward is a pass in eval mode without a graph, forward with graph what training"
    " pays for it. The slope of the longest octave is given where the kernel takes at least 90 % of"
    " the call at both of its ends: 1 is a constant time per step, 2 one that grows with T."
    " Elsewhere the fixed cost of a call hides how the kernel grows, and there is no slope. The"
    " shaded band is asv's 99 % interval; a cross at the bottom is a case that failed. The last"
    " figure compares all models at one length. Choose a model above to highlight it in every"
    " figure. On a GPU, a time is the latency of one call that is waited for."
)


def render(view: View) -> Markup | None:
    rows = view.ours(view.rows("speed", *DIRECTIONS))
    if rows.empty:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        legend=line_legend(view.styles_of(rows), "speed"),
        panels=by_direction(rows, view.styles, "speed") | _ranking(rows, view.styles),
        tables=[table(view), _mean(view)],
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
    keys = ["model", "backend", *(["size"] if rows["size"].nunique() > 1 else [])]
    lengths = rows.groupby(["model", "backend", "size"])["T"].nunique()
    cases = lengths[lengths > 1].reset_index().sort_values(keys)  # the others: in every time
    if cases.empty:
        return None
    shared = kernel.with_share(rows, view.frame)
    octaves = {tuple(line[:4]): line for line in tables.tuples(kernel.octaves(shared))}
    last = int(rows["T"].max())
    at_last = tables.by_case(shared[shared["T"] == last], ["metric", "model", "backend", "size"])
    remark, remarks = remarks_of(view, [*zip(cases["model"], cases["backend"], strict=True)], True)
    body = []
    for case, remark_cells in zip(tables.tuples(cases), remarks, strict=True):
        lines = [(metric, case.model, case.backend, case.size) for metric in directions(rows)]
        labels = [tables.label(key, getattr(case, key), view.peers) for key in keys]
        slopes = [_slope(octaves.get(line), at_last.get(line)) for line in lines]
        steps = [_per_step(at_last.get(line)) for line in lines]
        body.append([*labels, *slopes, *steps, *remark_cells])
    names = [NAMES.get(metric, metric) for metric in directions(rows)]
    heads = [*map(Head, keys), *(Head(f"{name} slope") for name in names)]
    heads += [*(Head(name, "µs/step") for name in names), *remark]
    command = commands.of_rows(rows, kernel.sources(view.frame))
    return Table(heads, body, f"Slope, and time per step at T = {units.steps(last)}", command)


def directions(rows: pd.DataFrame) -> list[str]:
    """Return the directions that were measured, in order."""
    return [metric for metric in DIRECTIONS if metric in set(rows["metric"])]


def _slope(octave: Any, longest: Any) -> Cell:
    if octave is not None:
        span = f"T = {units.steps(octave.first)} to {units.steps(octave.last)}"
        kernel_share = f"the kernel takes at least {octave.share:.0%} of a call"
        return tables.number(octave.slope, f"{octave.slope:.2f}", f"{span}; {kernel_share}")
    share = math.nan if longest is None else longest.share
    note = "the fixed cost of a call was not timed, or there is no octave"
    if share < kernel.LEAST:
        note = f"the kernel takes {share:.0%} of a call at T = {units.steps(int(longest.T))}"
    return Cell("–", kind="na", note=note)


def _mean(view: View) -> Table | None:
    """Return the mean time of calls in a row on a GPU, without waiting for each."""
    rows = view.rows("speed", "training_mean")
    if rows.empty:
        return None
    caption = f"Forward + backward, asynchronous mean, {units.scale(rows['value'], 'seconds')[1]}"
    return tables.over_steps_by_backend(rows, {"training_mean": "mean"}, caption, view.peers)


def _per_step(row: Any) -> Cell:
    if row is None or row.state != "ok":
        return tables.value(row)
    return tables.number(row.value / row.T * 1e6)


def _times(view: View) -> Table | None:
    """Return every time, with its interval as tooltip, and what is n/a or failed."""
    rows = view.frame[(view.frame["suite"] == "speed") & view.frame["metric"].isin(DIRECTIONS)]
    titles = {metric: NAMES.get(metric, metric) for metric in directions(rows)}
    return tables.over_steps_by_backend(rows, titles, "", view.peers)

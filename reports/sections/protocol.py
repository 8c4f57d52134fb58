"""The DSN paper's own timing, its Figure 5, beside the ratios that it prints."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from reports import commands, tables, templates, units
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "speed"
TITLE = "The DSN paper's protocol"
ORDER = 32

_PAPERS_T = 16384
_METRICS = {"forward": "forward", "backward": "backward", "training": "together"}
_DSN = ("dsn", "dsn_fla")
_INTRO = (
    "As the DSN paper times for its Figure 5: the mean of 100 passes after 10 warm-ups, with a"
    " forward in training mode. Sliding PSN is a plain conv1d, dsn_fla is DSN on the library fla,"
    " dsn is ours. The paper prints five ratios, for its own GPU; the other three follow from them."
    " Ours are at the largest T that was measured here. On a CPU they show that the protocol runs,"
    " not how the paper's GPU compares."
)


class Ratio(NamedTuple):
    """A time over another, and what the paper has for it."""

    over: tuple[str, str]  # neuron and metric above; "dsn" stands for each DSN that was timed
    under: tuple[str, str]
    paper: float
    printed: bool


RATIOS = (
    Ratio(("psn", "forward"), ("dsn", "forward"), 21.7, True),
    Ratio(("psn", "backward"), ("dsn", "backward"), 28.0, True),
    Ratio(("psn", "training"), ("dsn", "training"), 25.6, True),
    Ratio(("sliding_psn_conv1d", "training"), ("dsn", "training"), 2.2, True),
    Ratio(("sliding_psn_conv1d", "backward"), ("dsn", "backward"), 3.2, True),
    Ratio(("dsn", "backward"), ("dsn", "forward"), 1.63, False),
    Ratio(("psn", "backward"), ("psn", "forward"), 2.10, False),
    Ratio(("sliding_psn_conv1d", "forward"), ("dsn", "forward"), 0.57, False),
)


def render(view: View) -> Markup | None:
    shown = table(view)
    if shown is None:
        return None
    return templates.render("figures.html", intro=_INTRO, tables=[shown, _times(view)])


def table(view: View) -> Table | None:
    """Return a row per ratio: the paper's, and ours with our DSN and with fla's."""
    rows = _rows(view)
    rows = rows[rows["state"] == "ok"]
    if rows.empty:
        return None
    T = int(rows["T"].max())
    at_T = rows[rows["T"] == T]
    seconds = {(row.neuron, row.metric): row.value for row in tables.tuples(at_T)}
    body = []
    for ratio in RATIOS:
        paper = tables.number(ratio.paper, units.times(ratio.paper))
        source = tables.text("printed" if ratio.printed else "derived")
        measured = [_measured(seconds, ratio, dsn) for dsn in _DSN]
        body.append([tables.text(_name(ratio)), paper, source, *measured])
    other = "" if T == _PAPERS_T else f"; the paper's is {units.steps(_PAPERS_T)}"
    heads = [Head("time over time"), Head("paper"), Head("how"), *map(Head, _DSN)]
    caption = f"Ratios at T = {units.steps(T)}{other}"
    return Table(heads, body, caption, commands.of_rows(rows))


def _name(ratio: Ratio) -> str:
    (over, metric), (under, other) = ratio.over, ratio.under
    if over == under:
        return f"{over}: {_METRICS[metric]} over {_METRICS[other]}"
    return f"{over} over {under}: {_METRICS[metric]}"


def _measured(seconds: dict[tuple[str, str], float], ratio: Ratio, dsn: str) -> Cell:
    """Return our value of a ratio, with the DSN of that name."""
    over, under = (
        seconds.get((dsn if neuron == "dsn" else neuron, metric))
        for neuron, metric in (ratio.over, ratio.under)
    )
    if not over or not under:
        return Cell("n/a", kind="na", note="not measured here")
    times = (units.quantity(time, "seconds") for time in (over, under))
    return tables.number(over / under, units.times(over / under), " over ".join(times))


def _times(view: View) -> Table:
    """Return a row per neuron, a column per direction and T."""
    rows = _rows(view)
    factor, unit = units.scale(rows["value"], "seconds")
    metrics = {metric: (name, unit) for metric, name in _METRICS.items()}
    return tables.over_steps(
        rows, ["neuron", "size"], metrics, lambda row: tables.value(row, factor), caption="Times"
    )


def _rows(view: View) -> pd.DataFrame:
    return view.rows("protocol", *_METRICS)

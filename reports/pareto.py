"""Draw what accuracy costs: a dot per model, and the models that no other one beats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from reports import palette, units
from reports.criteria import Criterion
from reports.drawing import FAINT, SERIES, dot, log_ticks, new_figure, svg, tag, theme
from reports.tables import tuples

_LEAST_ERROR = 1e-4  # a smaller error is drawn as this one: the axis is logarithmic
_ERRORS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)  # with a tick
_MORE = (0.7, 0.4, 0.3, 0.15, 0.07, 0.04, 0.03, 0.025, 0.015)  # where those are few


def points(accuracy: Criterion, cost: Criterion) -> pd.DataFrame:
    """Return the models with both values, the cheapest first, and whether each is on the front.

    On the front is a model if every cheaper one is less accurate.
    """
    rows = [
        (model, cost.entries[model].value, max(_LEAST_ERROR, 1 - entry.value))
        for model, entry in accuracy.entries.items()
        if model in cost.entries
    ]
    frame = pd.DataFrame(rows, columns=["model", "cost", "error"]).dropna()
    frame = frame[frame["cost"] > 0]  # the axis is logarithmic
    frame = frame.sort_values(["cost", "error"]).reset_index(drop=True)
    return frame.assign(front=frame["error"] < frame["error"].cummin().shift(fill_value=math.inf))


def draw(frame: pd.DataFrame, unit: str, *, name: str, title: str, x_label: str) -> Markup:
    """Draw the models: the accuracy on a scale of errors, upwards, the cost to the right."""
    front = frame[frame["front"]]
    with theme():
        figure, axes = new_figure(height=280, left=52, right=62)
        axes.step(front["cost"], front["error"], where="post", color=FAINT, linewidth=1.2, zorder=1)
        for row in tuples(frame):
            mark = dot(axes, [row.cost], [row.error], palette.style(0 if row.front else 2))
            mark.set_markersize(7.5 if row.front else 4.5)
            tag(mark, row.model)
        _scales(axes, frame, unit)
        axes.set_xlabel(x_label)
        axes.set_ylabel("test accuracy")
        axes.grid(axis="both")
        for row in tuples(front):
            offset: Any = {"xytext": (6, 4), "textcoords": "offset points"}
            label = axes.annotate(row.model, (row.cost, row.error), color=SERIES, **offset)
            tag(label, row.model)
        return svg(figure, name, title, frame.rename(columns={"cost": f"{x_label} ({unit})"}))


def names(frame: pd.DataFrame) -> Sequence[str]:
    """Return the models on the front, the cheapest first."""
    return list(frame[frame["front"]]["model"])


def _scales(axes: Axes, frame: pd.DataFrame, unit: str) -> None:
    axes.set_xscale("log")
    log_ticks(axes.xaxis, frame["cost"], lambda value: units.tick(value, unit))
    axes.set_yscale("log")
    low, high = frame["error"].min() / 1.12, frame["error"].max() * 1.12
    axes.set_ylim(high, low)
    inside = [error for error in _ERRORS if low <= error <= high]
    if len(inside) < 4:
        inside += [error for error in _MORE if low <= error <= high]
    axes.yaxis.set_major_locator(FixedLocator(inside))
    axes.yaxis.set_major_formatter(lambda error, _: units.tick(1 - error, "fraction"))
    axes.yaxis.set_minor_locator(NullLocator())

"""The two figures of the report: lines over an axis, and dots in a row per model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from reports import palette, units
from reports.drawing import (
    FONT,
    INK,
    SERIES,
    belongs,
    blank,
    dot,
    log_ticks,
    stroke,
    svg,
    themed,
)
from reports.tables import each

_LINE = 13  # from one name to the next
_CROWD = 24  # lines in one figure
_LEADER: Any = {
    "arrowstyle": "-",
    "color": SERIES,
    "lw": 0.6,
    "alpha": 0.6,
    "relpos": (0, 0.5),
    "shrinkA": 1,
    "shrinkB": 3,
}


def lines(
    rows: pd.DataFrame,
    *,
    name: str,
    title: str,
    unit: str,
    x: str = "T",
    x_label: str = "T (time steps)",
    x_names: Sequence[str] = (),
    reference: float | None = None,
) -> Markup:
    """A line per model and backend of `rows` (columns `x`, value, lo, hi), logarithmic in y.

    Each model is named once, at the end of a line of it. With `x_names` the x axis is a row of
    names instead of a logarithmic scale. A row without a value is a cross on the floor.
    """
    models = list(dict.fromkeys(rows["model"]))
    values = rows["value"]
    label = max(len(units.tick(value, unit)) for value in (values.min(), values.max()))
    with themed():
        figure, axes = blank(
            height=max(270, _LINE * len(models) + 60),
            left=16 + 6.2 * min(label, 16),
            right=18 + _LINE + 6.4 * max(map(len, models)),
        )
        for (model, backend), line in rows.groupby(["model", "backend"], sort=False):
            _line(axes, line.sort_values(x), x, str(model), str(backend))
        axes.set_yscale("log")
        log_ticks(axes.yaxis, values, lambda value: units.tick(value, unit))
        _names(axes, x_names) if x_names else _steps(axes, rows[x])
        axes.set_xlabel(x_label)
        axes.grid(axis="y")
        if reference is not None:
            axes.axhline(reference, color=INK, linewidth=0.8, zorder=1)
        _name_ends(figure, axes, rows.dropna(subset="value"), x)
        return svg(figure, name, title)


def panels(rows: pd.DataFrame, heading: str, *, stem: str, **how: Any) -> dict[str, Markup]:
    """`lines` under their headings, as far as there is a line to draw: a single point is none.

    All in one figure, or a figure per backend when there are too many lines to tell apart.
    """
    rows = rows[~(rows["value"] <= 0)]
    points = rows.groupby(["model", "backend"])[how.get("x", "T")].transform("nunique")
    rows = rows[points > 1]
    crowded = rows.groupby(["model", "backend"]).ngroups > _CROWD
    drawn = {}
    for backend in palette.ordered(rows["backend"]) if crowded else [""]:
        some = rows[rows["backend"] == backend] if crowded else rows
        if some["value"].notna().any():
            title = f"{heading}, {backend}" if crowded else heading
            name = f"{stem}-{backend}" if crowded else stem
            drawn[title] = lines(some, name=name, title=title, **how)
    return drawn


def dots(rows: pd.DataFrame, *, name: str, title: str, unit: str, kind: str) -> Markup:
    """A row per model, the lowest mean on top, a dot per value; the marker says the `kind`.

    Where a model has many values of a kind, a bar marks their mean.
    """
    marks = palette.marks(rows[kind])
    models = list(rows.groupby("model")["value"].mean().sort_values(ascending=False).index)
    with themed():
        figure, axes = blank(24 * len(models) + 58, left=14 + 6.6 * max(map(len, models)))
        for (model, what), some in rows.groupby(["model", kind], sort=False):
            values, at = some["value"], models.index(model)
            belongs(dot(axes, values, [at] * len(values), *marks[str(what)]), str(model))
            if len(values) > 1:
                _mean(axes, values, at, str(model))
        axes.set_yticks(range(len(models)), models)
        axes.set_ylim(-0.6, len(models) - 0.4)
        axes.grid(axis="both")
        axes.margins(x=0.08)
        if rows["value"].min() > 0 and rows["value"].max() > 10 * rows["value"].min():
            axes.set_xscale("log")
            log_ticks(axes.xaxis, rows["value"], lambda value: units.tick(value, unit))
        else:
            axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
            axes.xaxis.set_major_formatter(lambda value, _: units.tick(value, unit))
        return svg(figure, name, title)


def apart(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending heights moved as little as one pass up and one down need to be `gap` apart."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap if placed else low))
    ceiling = high
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


def _line(axes: Axes, line: pd.DataFrame, x: str, model: str, backend: str) -> None:
    at = line[x].astype(float)
    if line["lo"].notna().any():
        low = line["lo"].clip(lower=line["value"] / 10)  # asv's interval may reach below zero
        band = axes.fill_between(at, low, line["hi"], color=SERIES, alpha=0.14, linewidth=0)
        belongs(band, model, backend)
    belongs(stroke(axes, at, line["value"], backend), model, backend)
    floor = axes.get_xaxis_transform()
    for lost in at[line["value"].isna()]:
        (cross,) = axes.plot([lost], [0.015], "x", color=SERIES, transform=floor, clip_on=False)
        belongs(cross, model, backend)


def _mean(axes: Axes, values: pd.Series, at: int, model: str) -> None:
    mean = values.mean()
    (bar,) = axes.plot([mean, mean], [at - 0.3, at + 0.3], color=SERIES, linewidth=2.2)
    belongs(bar, model)


def _names(axes: Axes, names: Sequence[str]) -> None:
    """At most six names, the last one always among them."""
    every = math.ceil(len(names) / 6)
    shown = list(range(len(names)))[::-1][::every]
    axes.set_xticks(shown, [names[i] for i in shown], family="monospace", size=FONT - 2)
    axes.margins(x=0.08)


def _steps(axes: Axes, at: pd.Series) -> None:
    """A logarithmic axis with a tick at every T that was measured: 1k, 4k, 16k."""
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(sorted(at.dropna().astype(float).unique())))
    axes.xaxis.set_major_formatter(lambda value, _: _kilo(round(value)))
    axes.xaxis.set_minor_locator(NullLocator())


def _kilo(steps: int) -> str:
    return f"{steps // 1024}k" if steps % 1024 == 0 else str(steps)


def _name_ends(figure: Figure, axes: Axes, rows: pd.DataFrame, x: str) -> None:
    """Write each model's name beside the end of a line of it, moved apart where they meet."""
    last: dict[str, Any] = {}
    for row in each(rows):
        if row.model not in last or getattr(row, x) > getattr(last[row.model], x):
            last[row.model] = row
    ends = {m: (float(getattr(row, x)), float(row.value)) for m, row in last.items()}
    pixels = {m: float(axes.transData.transform(end)[1]) for m, end in ends.items()}
    ordered = sorted(pixels, key=lambda model: pixels[model])
    gap = _LINE * figure.dpi / 72
    box = axes.get_window_extent()
    heights = apart([pixels[model] for model in ordered], gap, box.y0, box.y1)
    for model, height in zip(ordered, heights, strict=True):
        beside = axes.transData.inverted().transform((box.x1 + gap, height))
        label = axes.annotate(
            model,
            xy=ends[model],
            xytext=(float(beside[0]), float(beside[1])),
            color=SERIES,
            va="center",
            annotation_clip=False,
            arrowprops=_LEADER,
        )
        belongs(label, model)
        belongs(label.arrow_patch, model)

"""Draw the two figures of the report: lines over an axis, and dots in a row per model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from reports import commands, units
from reports.drawing import (
    FONT,
    INK,
    SERIES,
    dot,
    log_ticks,
    new_figure,
    stroke,
    svg,
    tag,
    theme,
)
from reports.palette import Style
from reports.tables import tuples

_LINE_HEIGHT = 13  # from one name to the next
_MOST_LINES = 24  # in one figure
_MARKERS = 25  # of one line, at most
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
    styles: Mapping[str, Style],
    *,
    name: str,
    title: str,
    unit: str,
    x: str = "T",
    x_label: str = "T (time steps)",
    x_names: Sequence[str] = (),
    y_label: str = "",
    reference: float | None = None,
    model: str = "",
) -> Markup:
    """Draw a line per model and backend of `rows` (columns `x`, value, lo, hi), logarithmic in y.

    `styles` gives the line style of each backend. Each model is named once, at the end of one of
    its lines. With `x_names` the x axis is a row of names instead of a logarithmic scale. A row
    without a value is a cross at the bottom; one whose `jump` is true has a ring. Below the figure
    is the command that measures it, of one `model` if that is all it shows.
    """
    values = rows["value"]
    label = max(len(units.tick(value, unit)) for value in (values.min(), values.max()))
    with theme():
        figure, axes = new_figure(
            height=max(270, _LINE_HEIGHT * rows["model"].nunique() + 60),
            left=(32 if y_label else 16) + 6.2 * min(label, 16),
            right=18 + _LINE_HEIGHT + 6.4 * max(map(len, rows["model"])),
        )
        for (_, backend), line in rows.groupby(["model", "backend"], sort=False):
            _line(axes, line.sort_values(x), x, styles[str(backend)])
        axes.set(xlabel=x_label, ylabel=y_label, yscale="log")
        log_ticks(axes.yaxis, values, lambda value: units.tick(value, unit))
        _name_ticks(axes, x_names) if x_names else _step_ticks(axes, rows[x])
        axes.grid(axis="y")
        if reference is not None:
            axes.axhline(reference, color=INK, linewidth=0.8, zorder=1)
        _label_lines(figure, axes, rows.dropna(subset="value"), x)
        data = _data(*_named(rows, x, x_label, x_names), unit)
        return svg(figure, name, title, data) + _command(rows, title, model)


def panels(
    rows: pd.DataFrame, styles: Mapping[str, Style], heading: str, *, stem: str, **options: Any
) -> dict[str, Markup]:
    """Draw `lines` for all models and backends with two points or more; return figures by heading.

    All lines are in one figure, or in a figure per backend if there are too many. `stem` begins the
    names of the figures; other options are those of `lines`.
    """
    rows = rows[~(rows["value"] <= 0)]
    points = rows.groupby(["model", "backend"])[options.get("x", "T")].transform("nunique")
    rows = rows[points > 1]
    crowded = rows.groupby(["model", "backend"]).ngroups > _MOST_LINES
    drawn = {}
    for backend in styles if crowded else [""]:
        selected = rows[rows["backend"] == backend] if crowded else rows
        if selected["value"].notna().any():
            title = f"{heading}, {backend}" if crowded else heading
            name = f"{stem}-{backend}" if crowded else stem
            drawn[title] = lines(selected, styles, name=name, title=title, **options)
    return drawn


def dots(
    rows: pd.DataFrame,
    styles: Mapping[str, Style],
    *,
    name: str,
    title: str,
    unit: str,
    kind: str,
) -> Markup:
    """Draw a row per model, the lowest mean on top, with a dot per value.

    `styles` gives the marker of each value in the column `kind`. Where a model has several values
    of a kind, a bar marks their mean. Below the figure is the command that measures it.
    """
    models = list(rows.groupby("model")["value"].mean().sort_values(ascending=False).index)
    with theme():
        figure, axes = new_figure(24 * len(models) + 58, left=14 + 6.6 * max(map(len, models)))
        for (model, name_of_kind), group in rows.groupby(["model", kind], sort=False):
            values, y = group["value"], models.index(model)
            tag(dot(axes, values, [y] * len(values), styles[str(name_of_kind)]), str(model))
            if len(values) > 1:
                _mean(axes, values, y, str(model))
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
        data = _data(rows, ["model", kind], unit)
        return svg(figure, name, title, data) + _command(rows, title)


def _command(rows: pd.DataFrame, title: str, model: str = "") -> Markup:
    """Return the menu with the command that measures these rows, of one model if it is given."""
    return commands.menu(commands.of_rows(rows, model=model), title)


def _named(
    rows: pd.DataFrame, x: str, x_label: str, x_names: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows with a column of the names on the x axis, and the names of their keys."""
    named = {x_label or "commit": [x_names[at] for at in rows[x]]} if x_names else {x: rows[x]}
    return rows.assign(**named), ["model", "backend", *named]


def _data(rows: pd.DataFrame, keys: list[str], unit: str) -> pd.DataFrame:
    """Return what is drawn: the keys, the values in the unit, and the ends of their intervals."""
    names = {"value": unit or "value", "lo": "low", "hi": "high"}
    present = [name for name in names if name in rows]
    return rows[keys + present].rename(columns=names)


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return ascending heights moved so that they are at least `gap` apart, by little.

    A first pass moves them up from `low`, a second one down from `high`.
    """
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap if placed else low))
    ceiling = high
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


def _line(axes: Axes, line: pd.DataFrame, x: str, style: Style) -> None:
    """Draw the values of one model and backend, their intervals and a cross per absent value."""
    model, backend = (str(line[axis].iloc[0]) for axis in ("model", "backend"))
    at = line[x].astype(float)
    if line["lo"].notna().any():
        low = line["lo"].clip(lower=line["value"] / 10)  # asv's interval may reach below zero
        band = axes.fill_between(at, low, line["hi"], color=SERIES, alpha=0.14, linewidth=0)
        tag(band, model, backend)
    every = math.ceil(len(line) / _MARKERS)
    tag(stroke(axes, at, line["value"], style, markevery=every), model, backend)
    if "jump" in line and line["jump"].any():
        here = line[line["jump"]]
        (ring,) = axes.plot(here[x], here["value"], "o", color=SERIES, mfc="none", markersize=12)
        tag(ring, model, backend)
    bottom = axes.get_xaxis_transform()
    for absent in at[line["value"].isna()]:
        (cross,) = axes.plot([absent], [0.015], "x", color=SERIES, transform=bottom, clip_on=False)
        tag(cross, model, backend)


def _mean(axes: Axes, values: pd.Series, y: int, model: str) -> None:
    mean = values.mean()
    (bar,) = axes.plot([mean, mean], [y - 0.3, y + 0.3], color=SERIES, linewidth=2.2)
    tag(bar, model)


def _name_ticks(axes: Axes, names: Sequence[str]) -> None:
    """Set ticks at six names at most, the last one always included."""
    stride = math.ceil(len(names) / 6)
    places = list(range(len(names)))[::-1][::stride]
    axes.set_xticks(places, [names[i] for i in places], family="monospace", size=FONT - 2)
    axes.margins(x=0.08)


def _step_ticks(axes: Axes, steps: pd.Series) -> None:
    """Make the x axis logarithmic, with a tick at every T that was measured: 1k, 4k, 16k."""
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(sorted(steps.dropna().astype(float).unique())))
    axes.xaxis.set_major_formatter(lambda value, _: _kilo(round(value)))
    axes.xaxis.set_minor_locator(NullLocator())


def _kilo(steps: int) -> str:
    return f"{steps // 1024}k" if steps % 1024 == 0 else str(steps)


def _label_lines(figure: Figure, axes: Axes, rows: pd.DataFrame, x: str) -> None:
    """Write each model's name next to the end of one of its lines, without overlap."""
    last: dict[str, Any] = {}
    for row in tuples(rows):
        if row.model not in last or getattr(row, x) > getattr(last[row.model], x):
            last[row.model] = row
    ends = {m: (float(getattr(row, x)), float(row.value)) for m, row in last.items()}
    pixels = {m: float(axes.transData.transform(end)[1]) for m, end in ends.items()}
    models = sorted(pixels, key=lambda model: pixels[model])
    gap = _LINE_HEIGHT * figure.dpi / 72
    box = axes.get_window_extent()
    heights = spread([pixels[model] for model in models], gap, box.y0, box.y1)
    for model, height in zip(models, heights, strict=True):
        place = axes.transData.inverted().transform((box.x1 + gap, height))
        label = axes.annotate(
            model,
            xy=ends[model],
            xytext=(float(place[0]), float(place[1])),
            color=SERIES,
            va="center",
            annotation_clip=False,
            arrowprops=_LEADER,
        )
        tag(label, model)
        tag(label.arrow_patch, model)

"""Lines over an axis of numbers or of names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator, NullLocator

from reports import palette, templates
from reports.drawing import SERIES, line_legend, new_figure, stroke, svg, theme

_FEW = 16  # points of a line that have a marker each


def draw(picture: Mapping[str, Any], name: str) -> Markup:
    """Draw a line per name, each with its own hue, dash and marker; events are ticks below."""
    x, named = picture["x"], isinstance(picture["x"][0], str)
    places = range(len(x)) if named else x
    styles = palette.styles(picture["lines"])
    with theme():
        figure, axes = new_figure(height=210, left=52)
        for number, (label, values) in enumerate(picture["lines"].items()):
            y = np.array([np.nan if value is None else value for value in values], float)
            every = 1 if len(x) <= _FEW else len(x)
            line = stroke(axes, places, y, styles[label], SERIES, markevery=every)
            line.set_gid(f"hue:{number % palette.HUES}")
            if label in picture["bands"]:
                low, high = picture["bands"][label]
                band = axes.fill_between(places, low, high, color=SERIES, alpha=0.14, linewidth=0)
                band.set_gid(f"hue:{number % palette.HUES}")
        for number, places in enumerate(picture.get("events", {}).values(), len(styles)):
            ticks = axes.vlines(places, 0, 0.08, SERIES, transform=axes.get_xaxis_transform())
            ticks.set_gid(f"hue:{number % palette.HUES}")
        if named:
            axes.set_xticks(list(places), x)
        for axis, letter in ((axes.xaxis, "x"), (axes.yaxis, "y")):
            if letter in picture["log"]:
                getattr(axes, f"set_{letter}scale")("log")
            elif letter == "y" or not named:
                whole = letter == "x" and all(float(value).is_integer() for value in x)
                axis.set_major_locator(MaxNLocator(5, integer=whole))
        if "x" in picture["log"] and len(x) <= _FEW:
            axes.set_xticks(x, [f"{value:g}" for value in x])
            axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(picture["x_label"])
        axes.set_ylabel(picture["y_label"])
        axes.grid(axis="y")
        drawing = svg(figure, name, picture["title"], _data(picture))
    legend = line_legend(styles, name, hues=True) if len(styles) > 1 else {}
    return templates.render("legend.html", legend=legend, body=drawing)


def _data(picture: Mapping[str, Any]) -> pd.DataFrame:
    """Return a column of x, one per line, those of a band after its line; an event is a 1."""
    columns = {picture["x_label"] or "x": picture["x"]}
    for label, values in picture["lines"].items():
        columns[label] = values
        if label in picture["bands"]:
            columns[f"{label} low"], columns[f"{label} high"] = picture["bands"][label]
    for label, places in picture.get("events", {}).items():
        columns[label] = [int(place in places) for place in picture["x"]]
    return pd.DataFrame(columns)

"""A field per value: the stronger, the larger."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from reports import templates, units
from reports.drawing import INK, new_figure, svg, theme

_MOST_NAMES = 8  # below an axis


def draw(picture: Mapping[str, Any], name: str) -> Markup:
    """Draw the fields, their rows from top to bottom, with the range of the values below."""
    values, rows, columns = picture["values"], picture["rows"], picture["columns"]
    known = [value for row in values for value in row if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    fields, colours = [], []
    for y, row in enumerate(values):
        for x, value in enumerate(row):
            if value is not None:
                share = (value - low) / (high - low) if high > low else 0.5
                fields.append(Rectangle((x, y), 1, 1))
                colours.append(to_rgba(INK, 0.04 + 0.92 * share))
    with theme():
        height = 62 + max(14, min(22, 200 / len(rows))) * len(rows)
        figure, axes = new_figure(height, left=20 + 6.4 * max(map(len, rows)))
        axes.add_collection(PatchCollection(fields, facecolors=colours, linewidths=0))
        axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        axes.set_yticks([n + 0.5 for n in range(len(rows))], rows)
        stride = math.ceil(len(columns) / _MOST_NAMES)
        axes.set_xticks([n + 0.5 for n in range(0, len(columns), stride)], columns[::stride])
        axes.set_xlabel(picture["x_label"])
        axes.set_ylabel(picture["y_label"])
        data = pd.DataFrame(values, rows, columns).rename_axis(picture["y_label"] or "row")
        drawing = svg(figure, name, picture["title"], data.reset_index())
    unit = f" {picture['unit']}" if picture["unit"] else ""
    span = f"faint {units.digits(low)}{unit}, strong {units.digits(high)}{unit}"
    return templates.render("heat.html", body=drawing, span=span)

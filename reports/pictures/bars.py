"""A bar per name, with the value at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from reports import units
from reports.drawing import INK, SERIES, new_figure, svg, theme


def draw(picture: Mapping[str, Any], name: str) -> Markup:
    """Draw the bars from top to bottom; a gap has no bar."""
    bars = picture["bars"]
    with theme():
        left = 14 + 6.2 * max(map(len, bars))
        figure, axes = new_figure(20 * len(bars) + 54, left=min(left, 210), right=44)
        for place, (label, value) in enumerate(bars.items()):
            if value is None:
                continue
            drawn = axes.barh(place, value, height=0.62, color=SERIES, alpha=0.75)
            for bar in drawn:
                bar.set_gid("hue:1")
            ends = picture["intervals"].get(label)
            if ends:
                axes.plot(ends, [place, place], color=INK, linewidth=1.2)
            note: Any = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate(units.digits(value), (max(value, 0), place), **note)
        axes.set_yticks(range(len(bars)), bars)
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_xlabel(picture["unit"])
        axes.grid(axis="x")
        return svg(figure, name, picture["title"], _data(picture))


def _data(picture: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row per bar: its name, its value and the ends of its interval."""
    rows = [
        (label, value, *(picture["intervals"].get(label) or (None, None)))
        for label, value in picture["bars"].items()
    ]
    return pd.DataFrame(rows, columns=["name", picture["unit"] or "value", "low", "high"])

"""Draw a bar per model that is stacked of parts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from reports import units
from reports.drawing import BAR, PAPER, SERIES, new_figure, svg, tag_part, theme
from reports.tables import tuples


def stacks(rows: pd.DataFrame, parts: Sequence[str], *, name: str, title: str, unit: str) -> Markup:
    """Draw the parts of each model (columns model, part, value), the lowest total on top.

    `parts` gives the order in a bar and, by their places, the hues. The total is at the end.
    """
    totals = rows.groupby("model")["value"].sum().sort_values(ascending=False)
    models = list(totals.index)
    place = {part: number for number, part in enumerate(parts)}
    rows = rows.sort_values("part", key=lambda column: column.map(place), kind="stable")
    ends = rows.groupby("model")["value"].cumsum()
    with theme():
        left = 14 + 6.6 * max(map(len, models))
        figure, axes = new_figure(24 * len(models) + 58, left=left, right=52)
        for row, end in zip(tuples(rows), ends, strict=True):
            start, y = end - row.value, models.index(row.model)
            (bar,) = axes.barh(y, row.value, left=start, height=0.66, color=SERIES, alpha=BAR)
            bar.set(edgecolor=PAPER, linewidth=0.4)
            tag_part(bar, place[row.part], row.part, row.model)
        for y, total in enumerate(totals):
            text = units.quantity(total, unit).removesuffix("/sample")
            axes.annotate(text, (total, y), (4, 0), textcoords="offset points", va="center")
        axes.set_yticks(range(len(models)), models)
        axes.set_ylim(-0.6, len(models) - 0.4)
        axes.grid(axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: units.tick(value, unit))
        data = rows.sort_values("model", kind="stable")[["model", "part", "value"]]
        return svg(figure, name, title, data.rename(columns={"value": unit}))

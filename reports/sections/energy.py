"""The energy of one sample, by every published convention."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import palette, tables, templates, units
from reports.drawing import dot_legend
from reports.figures import dots
from reports.tables import Head, Table
from reports.view import View

TITLE = "Energy"
ORDER = 80

_INTRO = (
    "Estimated energy of one sample's forward pass through the small network that reads digits, by"
    " Horowitz's 45 nm figures in fp32 (clif_memory: int32). Published conventions differ in what"
    " they count, often by more than the models do. So compare models under one convention, never"
    " two conventions: down a column, not across. The arithmetic inside the neurons is counted only"
    " in part: by clif and clif_memory for LIF and CLIF, by dsn for the neurons in its paper, by"
    " rate for none. For all others, only the convention default counts it."
)


def render(view: View) -> Markup | None:
    rows = view.ok("energy", "energy")
    if rows.empty:
        return None
    styles = palette.styles(sorted(rows["convention"].unique()))
    drawn = dots(
        rows,
        styles,
        name="energy",
        title="Energy per sample",
        unit="nJ/sample",
        kind="convention",
    )
    return templates.render(
        "figures.html",
        intro=_INTRO,
        legend=dot_legend(styles, "energy"),
        panels={"Energy per sample": drawn},
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """Return a row per model, and a column per metric of the suite and convention."""
    frame = view.frame[view.frame["suite"] == "energy"]
    if frame.empty:
        return None
    row_of = tables.by_case(frame, ["model", "metric", "convention"])
    heads, columns = [Head("model")], []
    for metric, convention in tables.tuples(frame[["metric", "convention"]].drop_duplicates()):
        rows = frame[frame["metric"] == metric]
        factor, unit = units.scale(rows["value"], rows["unit"].iloc[0] or "")
        columns.append((metric, convention, factor))
        title = "" if pd.isna(convention) else str(convention)
        name = metric.replace("_", " ")
        heads.append(Head(f"{title} {name}".strip() if name != "energy" else title or name, unit))
    body = []
    for model in sorted(frame["model"].dropna().unique()):
        cells = [tables.value(row_of.get((model, m, c)), factor) for m, c, factor in columns]
        body.append([tables.label("model", model), *cells])
    return Table(heads, body, "Energy by convention")

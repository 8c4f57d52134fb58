"""The energy of one sample, under every published way of counting it."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.drawing import dot_keys
from reports.figures import dots
from reports.tables import Head, Table
from reports.view import View

TITLE = "Energy"
ORDER = 80

_INTRO = (
    "Estimated energy of one sample's forward pass through the small network that reads digits, by"
    " Horowitz's 45 nm figures in fp32 (clif_memory: int32). Published conventions differ in what"
    " they count, often by more than the models do, so they stand side by side: compare down a"
    " column, never across. clif and clif_memory know the arithmetic of LIF and CLIF, dsn that of"
    " the neurons in its paper, rate of none; what other neurons compute is missing there, and"
    " counted under default alone."
)


def render(view: View) -> Markup | None:
    rows = view.ok("energy", "energy")
    if rows.empty:
        return None
    drawn = dots(
        rows,
        name="energy",
        title="Energy per sample",
        unit="nJ/sample",
        kind="convention",
    )
    return templates.render(
        "figures.html",
        intro=_INTRO,
        keys=dot_keys(rows["convention"], "energy"),
        panels={"Energy per sample": drawn},
        tables=[table(view)],
    )


def table(view: View) -> Table | None:
    """A row per model, a column per metric of the suite and convention."""
    frame = view.frame[view.frame["suite"] == "energy"]
    if frame.empty:
        return None
    columns = frame[["metric", "convention"]].drop_duplicates()
    found = tables.by_case(frame, ["model", "metric", "convention"])
    heads, factors = [Head("model")], []
    for metric, convention in tables.each(columns):
        some = frame[frame["metric"] == metric]
        factor, unit = units.scale(some["value"], some["unit"].iloc[0] or "")
        factors.append((metric, convention, factor))
        title = "" if pd.isna(convention) else str(convention)
        name = metric.replace("_", " ")
        heads.append(Head(f"{title} {name}".strip() if name != "energy" else title or name, unit))
    body = [
        [
            tables.named("model", model),
            *(tables.state(found.get((model, m, c)), f) for m, c, f in factors),
        ]
        for model in sorted(frame["model"].dropna().unique())
    ]
    return Table(heads, body, "Energy by convention")

"""The energy of one sample, by every published convention."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import commands, conditions, palette, tables, templates, units
from reports.drawing import dot_legend
from reports.figures import dots
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "energy"
TITLE = "Energy"
ORDER = 80

_INTRO = (
    "Estimated energy of one sample's forward pass through the small network that reads digits, by"
    " Horowitz's 45 nm figures in fp32 (clif_memory: int32). Published conventions differ in what"
    " they count, often by more than the models do. So compare models under one convention, never"
    " two conventions: down a column, not across. The arithmetic inside the neurons is counted only"
    " in part: by clif and clif_memory for LIF and CLIF, by dsn for the neurons in its paper, by"
    " rate and ds_atgo for none. For all others, only the convention default counts it. A neuron"
    " that hardly fires needs little energy and learns little: so the mean test error of the suite"
    " accuracy stands beside every energy."
)


def render(view: View) -> Markup | None:
    rows = conditions.known(view.ok("energy", "energy"))
    if rows.empty:
        return None
    styles = palette.styles(sorted(rows["convention"].unique()))
    drawn = {
        f"Energy per sample, {condition}": dots(
            cases,
            styles,
            name=f"energy-{condition}",
            title=f"Energy per sample, {condition}",
            unit="nJ/sample",
            kind="convention",
        )
        for condition, cases in rows.groupby("condition")
    }
    return templates.render(
        "figures.html",
        intro=f"{_INTRO} {conditions.meanings(rows)}",
        legend=dot_legend(styles, "energy"),
        panels=drawn,
        tables=[table(view), conditions.unmet(view, rows)],
    )


def table(view: View) -> Table | None:
    """Return a row per condition and model: the error, and each metric under each convention."""
    frame = conditions.known(view.frame[view.frame["suite"] == "energy"])
    if frame.empty:
        return None
    row_of = tables.by_case(frame, ["condition", "model", "metric", "convention"])
    errors = conditions.mean_errors(view)
    heads, columns = [Head("model"), Head("condition"), Head("test error", "%")], []
    for metric, convention in tables.tuples(frame[["metric", "convention"]].drop_duplicates()):
        rows = frame[frame["metric"] == metric]
        factor, unit = units.scale(rows["value"], rows["unit"].iloc[0] or "")
        columns.append((metric, convention, factor))
        title = "" if pd.isna(convention) else str(convention)
        name = metric.replace("_", " ")
        heads.append(Head(f"{title} {name}".strip() if name != "energy" else title or name, unit))
    body = []
    for case in tables.tuples(_cases(frame)):
        cells = [tables.value(row_of.get((*case, m, c)), factor) for m, c, factor in columns]
        labels = [tables.label("model", case.model), tables.text(case.condition)]
        body.append([*labels, _error(errors.get(tuple(case))), *cells])
    return Table(heads, body, "Energy by convention", commands.of_rows(frame))


def _cases(frame: pd.DataFrame) -> pd.DataFrame:
    cases = frame[["condition", "model"]].dropna().drop_duplicates()
    return cases.sort_values(["condition", "model"])


def _error(error: float | None) -> Cell:
    if error is None:
        return Cell("n/a", kind="na", note="not measured here")
    return tables.number(error * 100)

"""Test error and its spread over seeds."""

from __future__ import annotations

import math

import pandas as pd
from markupsafe import Markup

from reports import analysis, commands, conditions, palette, tables, templates, units
from reports.figures import dots
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "accuracy"
TITLE = "Accuracy"
ORDER = 70

_INTRO = (
    "Test error of a small network trained with each neuron; lower is better. A dot is one seed,"
    " the bar is the mean. In brackets is the 95 % interval of the mean over seeds, by Student's t."
)


def render(view: View) -> Markup | None:
    rows = conditions.known(view.ok("accuracy", "test_error"))
    if rows.empty:
        return None
    styles = palette.styles(sorted(rows["task"].unique()))
    panels = {
        f"{task}, {condition}: test error": dots(
            cases,
            styles,
            name=f"accuracy-{task}-{condition}",
            title=f"Test error, {task}, {condition}",
            unit="fraction",
            kind="task",
        )
        for (task, condition), cases in rows.groupby(["task", "condition"])
    }
    return templates.render(
        "figures.html",
        intro=f"{_INTRO} {conditions.meanings(rows)}",
        panels=panels,
        tables=[table(view), conditions.unmet(view, rows)],
    )


def table(view: View) -> Table | None:
    """Return a row per task, condition and model."""
    frame = view.frame[view.frame["metric"] == "test_error"]
    frame = conditions.known(frame[frame["suite"] == "accuracy"])
    if frame.empty:
        return None
    groups = frame.groupby(["task", "condition", "model"])
    body = [
        _cells(str(task), str(condition), str(model), seeds)
        for (task, condition, model), seeds in groups
    ]
    heads = [Head("model"), Head("task"), Head("condition"), Head("test error", "%")]
    heads += [Head("95 % interval", "%"), Head("best", "%"), Head("worst", "%")]
    heads += [Head("accuracy", "%"), Head("seeds")]
    return Table(heads, body, "Test error", commands.of_rows(frame))


def _cells(task: str, condition: str, model: str, seeds: pd.DataFrame) -> list[Cell]:
    labels = [tables.label("model", model), tables.text(task), tables.text(condition)]
    errors = seeds[seeds["state"] == "ok"]["value"]
    if errors.empty:
        failed = (seeds["state"] == "failed").any()
        cell = Cell("failed", kind="failed") if failed else Cell("n/a", kind="na")
        return [*labels, *[cell] * 6]
    lost = len(seeds) - len(errors)
    measured = f"{len(errors)}" + (f" ({lost} failed)" if lost else "")
    shown = [_percent(errors.mean()), _interval(errors)]
    shown += [_percent(value) for value in (errors.min(), errors.max(), 1 - errors.mean())]
    return [*labels, *shown, tables.number(len(errors), measured)]


def _percent(share: float) -> Cell:
    return tables.number(share * 100)


def _interval(errors: pd.Series) -> Cell:
    low, high = analysis.interval(errors)
    if math.isnan(low):
        return Cell("–", kind="na", note="one seed")
    return tables.text(f"[{units.digits(max(low, 0) * 100)}, {units.digits(high * 100)}]")

"""Test error and its spread over seeds."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import palette, tables, templates, units
from reports.figures import dots
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Accuracy"
ORDER = 70

_INTRO = (
    "Test error of a small network in which only the neuron changes; lower is better. A dot is one"
    " seed, the bar is the mean, and ± gives the standard deviation over seeds."
)


def render(view: View) -> Markup | None:
    rows = view.ok("accuracy", "test_error")
    if rows.empty:
        return None
    styles = palette.styles(sorted(rows["task"].unique()))
    panels = {
        f"{task}: test error": dots(
            of_task,
            styles,
            name=f"accuracy-{task}",
            title=f"Test error, {task}",
            unit="fraction",
            kind="task",
        )
        for task, of_task in rows.groupby("task")
    }
    return templates.render("figures.html", intro=_INTRO, panels=panels, tables=[table(view)])


def table(view: View) -> Table | None:
    """Return a row per model and task."""
    frame = view.frame[view.frame["metric"] == "test_error"]
    frame = frame[frame["suite"] == "accuracy"]
    if frame.empty:
        return None
    groups = frame.groupby(["model", "task"])
    body = [_cells(str(model), str(task), seeds) for (model, task), seeds in groups]
    heads = [Head("model"), Head("task"), Head("test error", "%"), Head("best", "%")]
    heads += [Head("worst", "%"), Head("accuracy", "%"), Head("seeds")]
    return Table(heads, body, "Test error")


def _cells(model: str, task: str, seeds: pd.DataFrame) -> list[Cell]:
    labels = [tables.label("model", model), tables.text(task)]
    errors = seeds[seeds["state"] == "ok"]["value"]
    if errors.empty:
        failed = (seeds["state"] == "failed").any()
        cell = Cell("failed", kind="failed") if failed else Cell("n/a", kind="na")
        return [*labels, cell, cell, cell, cell, cell]
    mean = errors.mean()
    spread = f" ± {units.digits(errors.std() * 100, 2)}" if len(errors) > 1 else ""
    lost = len(seeds) - len(errors)
    measured = f"{len(errors)}" + (f" ({lost} failed)" if lost else "")
    shown = [tables.number(mean, f"{units.digits(mean * 100)}{spread}")]
    shown += [tables.number(v, units.digits(v * 100)) for v in (errors.min(), errors.max())]
    shown += [tables.number(1 - mean, units.digits((1 - mean) * 100))]
    return [*labels, *shown, tables.number(len(errors), measured)]

"""Test error with its spread over seeds."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.figures import dots
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Accuracy"
ORDER = 70

_INTRO = (
    "Test error of a small network trained with each neuron and nothing else changed; lower is"
    " better. A dot is a seed, the bar their mean, ± the standard deviation over seeds."
)


def render(view: View) -> Markup | None:
    rows = view.ok("accuracy", "test_error")
    if rows.empty:
        return None
    panels = {
        f"{task}: test error": dots(
            some, name=f"accuracy-{task}", title=f"Test error, {task}", unit="fraction", kind="task"
        )
        for task, some in rows.groupby("task")
    }
    found = [table(view)]
    return templates.render("figures.html", intro=_INTRO, panels=panels, tables=found)


def table(view: View) -> Table | None:
    frame = view.frame[view.frame["metric"] == "test_error"]
    frame = frame[frame["suite"] == "accuracy"]
    if frame.empty:
        return None
    groups = frame.groupby(["model", "task"])
    body = [_row(str(model), str(task), some) for (model, task), some in groups]
    heads = [Head("model"), Head("task"), Head("test error", "%"), Head("best", "%")]
    heads += [Head("worst", "%"), Head("accuracy", "%"), Head("seeds")]
    return Table(heads, body, "Test error")


def _row(model: str, task: str, some: pd.DataFrame) -> list[Cell]:
    named = [tables.named("model", model), tables.text(task)]
    errors = some[some["state"] == "ok"]["value"]
    if errors.empty:
        worst = "failed" if (some["state"] == "failed").any() else "n/a"
        cell = Cell(worst, kind="failed" if worst == "failed" else "na")
        return [*named, cell, cell, cell, cell, cell]
    mean = errors.mean()
    spread = f" ± {units.digits(errors.std() * 100, 2)}" if len(errors) > 1 else ""
    lost = len(some) - len(errors)
    seeds = tables.number(len(errors), f"{len(errors)}" + (f" ({lost} lost)" if lost else ""))
    shown = [tables.number(mean, f"{units.digits(mean * 100)}{spread}")]
    shown += [tables.number(v, units.digits(v * 100)) for v in (errors.min(), errors.max())]
    return [*named, *shown, tables.number(1 - mean, units.digits((1 - mean) * 100)), seeds]

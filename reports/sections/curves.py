"""How the loss falls during training."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import commands, conditions, records, templates
from reports.figures import lines
from reports.view import View

PAGE = "accuracy"
TITLE = "Learning curves"
ORDER = 71

_COMMAND = "asv run HEAD^! --bench ^accuracy"
_INTRO = (
    "The loss on the training set in each epoch, each batch before its update, on a logarithmic"
    " axis. A line is the mean over seeds, with a band from the lowest to the highest of several."
    " Where it still falls at its end, more epochs would help. Losses of two tasks do not compare."
)
_CASE = ["task", "network", "condition", "recipe"]  # of one figure
_TRIAL = [*_CASE, "model", "seed"]


def render(view: View) -> Markup:
    recorded = records.newest(view.records, "curve", view.commit.hash).values()
    epochs = pd.DataFrame(
        [
            {"at": at, "loss": loss} | {name: record.content[name] for name in _TRIAL}
            for record in recorded
            for at, loss in enumerate(record.content["loss"])
            if loss > 0
        ]
    )
    if epochs.empty:
        return templates.render("not_recorded.html", command=_COMMAND)
    panels = {}
    for key, rows in epochs.groupby(_CASE):
        task, network, condition, recipe = case = [*map(str, key)]
        heading = f"{task}, {condition}: loss of {network} by epoch, recipe {recipe}"
        named = " ".join(f"--{axis} {name}" for axis, name in zip(_CASE, case, strict=True))
        command = f"python -m suites.accuracy run {named} --seeds {rows['seed'].max() + 1}"
        figure = _panel(rows, view, "-".join(["curve", *case]), heading)
        panels[heading] = figure + commands.menu(command, heading)
    intro = f"{_INTRO} {conditions.meanings(epochs)}{records.others(recorded, view.commit.hash)}"
    return templates.render("figures.html", intro=intro, panels=panels)


def _panel(epochs: pd.DataFrame, view: View, name: str, title: str) -> Markup:
    """Draw a line per model over the epochs; several seeds of a model are one line with a band."""
    rows = epochs.groupby(["model", "at"], as_index=False)["loss"].agg(
        ["mean", "min", "max", "count"]
    )
    several = rows["count"] > 1
    rows = rows.assign(
        backend="",
        value=rows["mean"],
        lo=rows["min"].where(several),
        hi=rows["max"].where(several),
    )
    return lines(
        rows,
        view.styles,
        name=name,
        title=title,
        unit="",
        x="at",
        x_label="epoch",
        x_names=[str(epoch) for epoch in range(1, rows["at"].max() + 2)],
        y_label="training loss",
    )

"""What the first page shows before its sections: which neuron to try, and all models compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from reports import commands, pareto, records, source, tables
from reports.criteria import PAGES, Criterion, Entry
from reports.sections import findings
from reports.tables import Cell, Head, Table
from reports.view import View

_ABSENT = Entry(math.nan, "")
_NAMED = 3  # models that share a first place and are all named


class Winner(NamedTuple):
    """The first of one criterion."""

    title: str
    models: Sequence[str]
    more: int  # how many others are as good
    entry: Entry
    ranked: int


class Trade(NamedTuple):
    """A figure of accuracy against a cost, and the models on its front."""

    title: str
    body: Markup
    front: Sequence[str]


def context(view: View, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return what the template of the first page shows."""
    failing, checked = findings.failing(view)
    tasks = {criterion.case for criterion in criteria if criterion.title == "accuracy"}
    return {
        "criteria": criteria,
        "winners": winners(criteria),
        "failing": failing,
        "checked": checked,
        "unlearned": sorted(set(records.newest(view.records, "sample")) - tasks),
        "shortest": source.shortest(view.models),
        "trades": [*trades(view, criteria)],
        "rows": [_row(model, criteria) for model in view.models],
        "unmeasured": [name for name in PAGES if name not in {c.page for c in criteria}],
        "menu": _matrix(view.models, criteria).downloads(),
    }


def winners(criteria: Sequence[Criterion]) -> list[Winner]:
    """Return the first of each criterion that names one.

    A neuron that hardly fires needs little energy and learns little: the least energy is that of
    the more accurate half.
    """
    firsts = []
    for criterion in criteria:
        entries = {m: e for m, e in criterion.entries.items() if e.rank}
        if criterion.title == "energy":
            entries = _accurate_half(entries, _accuracy(criteria, criterion.case))
        if not criterion.winner or not entries:
            continue
        best = min(entry.rank for entry in entries.values())
        first = [model for model, entry in entries.items() if entry.rank == best]
        half = " of the more accurate half" if criterion.title == "energy" else ""
        at = f", {criterion.case}" if criterion.title in ("training", "memory") else ""
        title = f"{criterion.winner}{half}{at}"
        shown, more = first[:_NAMED], len(first[_NAMED:])
        firsts.append(Winner(title, shown, more, entries[first[0]], len(entries)))
    return firsts


def trades(view: View, criteria: Sequence[Criterion]) -> Iterable[Trade]:
    """Yield the figures of accuracy against energy, and against training time."""
    energy = [criterion for criterion in criteria if criterion.title == "energy"]
    times = [criterion for criterion in criteria if criterion.title == "training"]
    accuracy = _accuracy(criteria, energy[0].case if energy else "digits")
    in_energy = (energy, "nJ/sample", "energy", view.ok("energy", "energy"))
    in_time = (times, "seconds", "time", view.ok("speed", "training"))
    for costs, unit, label, measured in (in_energy, in_time):
        if accuracy is None or not costs:
            continue
        frame = pareto.points(accuracy, costs[-1])
        if len(frame) < 2:
            continue
        x_label = (
            "energy per sample" if label == "energy" else f"forward + backward, {costs[-1].case}"
        )
        title = f"Accuracy on {accuracy.case} against {label}"
        front = pareto.names(frame)
        alternative = f"{title}; on the front: {', '.join(front)}"
        body = pareto.draw(frame, unit, name=f"pareto-{label}", title=alternative, x_label=x_label)
        again = commands.of_rows(view.ok("accuracy", "test_error"), measured)
        yield Trade(title, body + commands.menu(again, title), front)


def _accuracy(criteria: Iterable[Criterion], task: str) -> Criterion | None:
    """Return the criterion of the accuracy on a task, or else on any."""
    by_task = {criterion.case: criterion for criterion in criteria if criterion.title == "accuracy"}
    return by_task.get(task) or next(iter(by_task.values()), None)


def _accurate_half(entries: Mapping[str, Entry], accuracy: Criterion | None) -> dict[str, Entry]:
    """Return the entries of the models that are in the more accurate half of all."""
    if accuracy is None:
        return {}
    half = (accuracy.ranked + 1) // 2
    good = {model for model, entry in accuracy.entries.items() if 0 < entry.rank <= half}
    return {model: entry for model, entry in entries.items() if model in good}


def _matrix(models: Iterable[str], criteria: Sequence[Criterion]) -> Table:
    """Return the values and ranks as a table to be saved: a row per model."""
    body = []
    for model in models:
        cells = [tables.label("model", model)]
        for criterion in criteria:
            entry = criterion.entries.get(model, _ABSENT)
            cells.append(Cell(entry.text, None if math.isnan(entry.value) else entry.value))
            if criterion.ranked:
                cells.append(tables.count(entry.rank) if entry.rank else Cell("–"))
        body.append(cells)
    heads = [Head("model")]
    for criterion in criteria:
        heads.append(Head(criterion.name, criterion.unit))
        heads += [Head(f"{criterion.name}, rank")] if criterion.ranked else []
    return Table(heads, body, "All models")


def _row(model: str, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return the name of a model, what it is, how it runs, and a cell per criterion."""
    read = source.read(model)
    summary = read.summary if read else ""
    cells = [(criterion, criterion.entries.get(model)) for criterion in criteria]
    return {
        "model": model,
        "summary": summary,
        "title": summary.partition(":")[0],
        "runs": source.runs(read) if read else [],
        "cells": [(entry, _share(criterion, entry)) for criterion, entry in cells],
    }


def _share(criterion: Criterion, entry: Entry | None) -> float | None:
    """Return the place of a model among all with a rank: 0 is the first, 1 the last."""
    if entry is None or not entry.rank or criterion.ranked < 2:
        return None
    return round((entry.rank - 1) / (criterion.ranked - 1), 2)

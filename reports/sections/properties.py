"""The measured properties of each neuron, compared with what the DSN paper gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup

from reports import commands, tables, templates
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "properties"
TITLE = "Functions of the reset, conditions of parallel training"
ORDER = 58

_INTRO = (
    "Each answer comes from an experiment on the neuron with its initial parameters, with inputs"
    " built after the definitions and proofs of the DSN paper, its section 3 and appendix A. Where"
    " the paper gives another answer, it is shown too, and the reason is given."
)
_MEANINGS = {
    "function 1": "nonlinear",
    "function 2": "controls the potential",
    "condition 1": "prefix-summarisable",
    "condition 2": "online-updatable",
    "condition 3": "offline-parallel",
}

Answers = dict[str, bool]  # column of a table -> does it hold


class _Paper(NamedTuple):
    """What the DSN paper gives, as the suite records it."""

    columns: dict[str, list[str]]  # column of Table 1 -> the properties it stands for
    table_1: dict[str, Answers]  # by model
    propositions: dict[str, Answers]  # by variant
    explained: dict[tuple[str, str], str]  # (name, column) -> why the experiment differs


def render(view: View) -> Markup | None:
    measured = _measured(view)
    if measured is None:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        tables=[table(view), _appendix(view), _differences(view)],
        folded={"Every property of every model": measured},
    )


def table(view: View) -> Table | None:
    """Return the paper's Table 1 with the measured answers: a row per model in it."""
    paper, measured = _paper(view), _answers(view, "model")
    body = [
        [tables.label("model", model), *_cells(paper, model, measured[model], answers)]
        for model, answers in paper.table_1.items()
        if model in measured
    ]
    heads = [Head("model"), *(Head(column, _MEANINGS.get(column, "")) for column in paper.columns)]
    return Table(heads, body, "DSN Table 1", _command(view, "model")) if body else None


def _appendix(view: View) -> Table | None:
    """Return the propositions of the appendix with the measured answers: a row per variant."""
    paper, measured = _paper(view), _answers(view, "variant")
    body = [
        [tables.text(variant), *_cells(paper, variant, measured[variant], answers)]
        for variant, answers in paper.propositions.items()
        if variant in measured
    ]
    controls = paper.columns.get("function 2", [])
    heads = [Head("neuron"), *(Head(control.replace("_", " ")) for control in controls)]
    caption = "DSN Propositions A.1 to A.5"
    return Table(heads, body, caption, _command(view, "variant")) if body else None


def _differences(view: View) -> Table | None:
    """Return why an answer is not the paper's: a row per model and column."""
    measured = _answers(view, "model")
    body = [
        [tables.label("model", name), tables.text(column), tables.text(reason, "prose")]
        for (name, column), reason in _paper(view).explained.items()
        if name in measured
    ]
    heads = [Head("model"), Head("column"), Head("why the experiment differs")]
    caption = "Where the paper gives another answer"
    return Table(heads, body, caption, _command(view, "model")) if body else None


def _measured(view: View) -> Table | None:
    """Return all answers: a row per model, a column per property."""
    answers = _answers(view, "model")
    properties = tables.unique(name for measured in answers.values() for name in measured)
    body = [
        [tables.label("model", model), *(_yes_or_no(measured.get(name)) for name in properties)]
        for model, measured in sorted(answers.items())
    ]
    heads = [Head("model"), *(Head(name.replace("_", " ")) for name in properties)]
    return Table(heads, body, "Measured properties", _command(view, "model")) if body else None


def _command(view: View, axis: str) -> str:
    """Return the command that measures the properties of models or of variants."""
    rows = view.ok("properties", "holds")
    return commands.of_rows(rows[rows["model"].notna() == (axis == "model")])


def _answers(view: View, axis: str) -> dict[str, Answers]:
    """Return the measured properties by model or variant, without experiments that failed."""
    answers: dict[str, Answers] = {}
    for row in tables.tuples(view.ok("properties", "holds")):
        name = row.model if axis == "model" else row.params.get(axis)
        if isinstance(name, str):
            answers.setdefault(name, {})[row.params["property"]] = bool(row.value)
    return answers


def _paper(view: View) -> _Paper:
    """Return what the benchmarks of the suite record of the paper; nothing if they are older."""
    recorded: dict[str, Any] = view.attribute("properties", "paper") or {}
    columns = dict(recorded.get("columns", []))

    def by_name(table: str, names: list[str]) -> dict[str, Answers]:
        rows = recorded.get(table, [])
        return {name: dict(zip(names, answers, strict=True)) for name, answers in rows}

    return _Paper(
        columns,
        by_name("table_1", list(columns)),
        by_name("propositions", columns.get("function 2", [])),
        {(name, column): reason for name, column, reason in recorded.get("explained", [])},
    )


def _yes_or_no(holds: bool | None) -> Cell:
    return Cell("n/a", kind="na") if holds is None else tables.text("yes" if holds else "no")


def _cells(paper: _Paper, name: str, measured: Answers, stated: Answers) -> list[Cell]:
    """Return an answer per column, with the paper's where that differs, and why as tooltip."""
    cells = []
    for column, answer in stated.items():
        properties = [measured.get(part) for part in paper.columns.get(column, [column])]
        holds = None if None in properties else all(properties)
        if holds is None or holds == answer:
            cells.append(_yes_or_no(holds))
        else:
            reason = paper.explained.get((name, column), "")
            both = f"{'yes' if holds else 'no'} (paper: {'yes' if answer else 'no'})"
            cells.append(tables.text(both, "" if reason else "failed", reason))
    return cells

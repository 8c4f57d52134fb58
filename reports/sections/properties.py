"""What each neuron can do, found by experiment, beside what the DSN paper says of it."""

from __future__ import annotations

from markupsafe import Markup

from reports import tables, templates
from reports.tables import Cell, Head, Table
from reports.view import View
from suites.properties import paper

TITLE = "Functions of the reset, conditions of parallel training"
ORDER = 58

_INTRO = (
    "Each answer comes from an experiment on the neuron as it is drawn: inputs constructed after"
    " the definitions and proofs of the DSN paper, its section 3 and appendix A. Beside them stands"
    " what the paper says; where the two differ, the reason is given."
)
_MEANS = {
    "function 1": "nonlinear",
    "function 2": "controls the potential",
    "condition 1": "prefix-summarisable",
    "condition 2": "online-updatable",
    "condition 3": "offline-parallel",
}

Answers = dict[str, dict[str, float]]  # name -> property -> 1.0 or 0.0


def render(view: View) -> Markup | None:
    measured = _measured(view)
    if measured is None:
        return None
    shown = [table(view), _appendix(view), _differences(view)]
    return templates.render(
        "figures.html",
        intro=_INTRO,
        tables=[found for found in shown if found],
        folded={"Every property of every model": measured},
    )


def table(view: View) -> Table | None:
    """The paper's Table 1 with what was measured: a row per model it has."""
    answers, body = _answers(view, "model"), []
    for name, says in paper.TABLE_1.items():
        if name in answers:
            stated = dict(zip(paper.COLUMNS, says, strict=True))
            body.append([tables.named("model", name), *_beside(name, answers[name], stated)])
    heads = [Head("model"), *(Head(column, _MEANS[column]) for column in paper.COLUMNS)]
    return Table(heads, body, "DSN Table 1") if body else None


def _appendix(view: View) -> Table | None:
    """The propositions of the appendix, a row per variant."""
    answers, body = _answers(view, "variant"), []
    both = paper.COLUMNS["function 2"]
    for name, says in paper.PROPOSITIONS.items():
        if name in answers:
            stated = dict(zip(both, says, strict=True))
            body.append([tables.text(name), *_beside(name, answers[name], stated)])
    heads = [Head("neuron"), *(Head(what.replace("_", " ")) for what in both)]
    return Table(heads, body, "DSN Propositions A.1 to A.5") if body else None


def _differences(view: View) -> Table | None:
    """Why an answer is not the paper's."""
    measured = _answers(view, "model")
    body = [
        [tables.named("model", name), tables.text(column), tables.text(why, "prose")]
        for (name, column), why in paper.EXPLAINED.items()
        if name in measured
    ]
    heads = [Head("model"), Head("column"), Head("why the experiment differs")]
    return Table(heads, body, "Where the paper says otherwise") if body else None


def _measured(view: View) -> Table | None:
    """All answers: a row per model, a column per property."""
    answers = _answers(view, "model")
    asked = tables.ordered(what for found in answers.values() for what in found)
    body = [
        [tables.named("model", name), *(_answer(found.get(what)) for what in asked)]
        for name, found in sorted(answers.items())
    ]
    heads = [Head("model"), *(Head(what.replace("_", " ")) for what in asked)]
    return Table(heads, body, "Measured properties") if body else None


def _answers(view: View, axis: str) -> Answers:
    """What was measured, by the model or the variant; a failed experiment is left out."""
    answers: Answers = {}
    for row in tables.each(view.ok("properties", "holds")):
        name = row.model if axis == "model" else row.params.get(axis)
        if isinstance(name, str):
            answers.setdefault(name, {})[row.params["property"]] = row.value
    return answers


def _answer(value: float | None) -> Cell:
    return Cell("n/a", kind="na") if value is None else tables.text("yes" if value else "no")


def _beside(name: str, measured: dict[str, float], stated: dict[str, bool]) -> list[Cell]:
    """An answer per column, and the paper's where it is another; the explanation is its note."""
    cells = []
    for column, says in stated.items():
        values = [measured.get(what) for what in paper.COLUMNS.get(column, (column,))]
        holds = None if None in values else float(all(values))
        why = paper.EXPLAINED.get((name, column), "")
        if holds is None or holds == says:
            cells.append(_answer(holds))
        else:
            both = f"{'yes' if holds else 'no'} (paper: {'yes' if says else 'no'})"
            cells.append(tables.text(both, "" if why else "failed", why))
    return cells

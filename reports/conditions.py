"""Under which condition neurons were compared, and what a model could not follow of it."""

from __future__ import annotations

import pandas as pd

from reports import tables
from reports.tables import Head, Table
from reports.view import View

# In the order in which a headline chooses among those that were measured.
MEANINGS = {
    "matched": (
        "Under matched, every model has one surrogate, one reset and one input scaling: what"
        " differs is the neuron, except for the models listed with what they could not follow."
    ),
    "own": (
        "Under own, every model has its defaults, as a user gets them. Surrogate, reset and input"
        " scaling differ between models too, so a difference is not the neuron's alone."
    ),
    "paper": (
        "Under paper, every model has the options of its own paper. Surrogate, reset and input"
        " scaling differ between models too, so a difference is not the neuron's alone."
    ),
}


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a condition each: before there were any, it was the defaults."""
    return rows.assign(condition=rows["condition"].fillna("own"))


def meanings(rows: pd.DataFrame) -> str:
    """Return a sentence about each condition that the rows have."""
    present = set(known(rows)["condition"])
    return " ".join(text for condition, text in MEANINGS.items() if condition in present)


def first(rows: pd.DataFrame) -> str:
    """Return the condition that stands in a headline: matched where it was measured, else own."""
    present = set(known(rows)["condition"])
    return next((name for name in MEANINGS if name in present), min(present))


def mean_errors(view: View) -> dict[tuple[str, str], float]:
    """Return the mean test error on digits over seeds, by condition and model."""
    rows = known(view.ok("accuracy", "test_error"))
    rows = rows[rows["task"] == "digits"]
    means = rows.groupby(["condition", "model"])["value"].mean()
    keys = means.index.to_frame().itertuples(index=False, name=None)
    return dict(zip(keys, means, strict=True))


def unmet(view: View, rows: pd.DataFrame) -> Table | None:
    """Return what the models of the rows could not follow of a condition, None if nothing."""
    present = known(rows)[["benchmark", "condition", "model"]].drop_duplicates()
    lines = []
    for case in tables.tuples(present):
        by_condition = view.benchmarks.get(case.benchmark, {}).get("unmet") or {}
        reasons = by_condition.get(case.condition, {}).get(case.model, [])
        lines += [(case.condition, case.model, reason) for reason in reasons]
    body = [
        [tables.text(condition), tables.label("model", model), tables.text(reason, "prose")]
        for condition, model, reason in sorted(set(lines))
    ]
    heads = [Head("condition"), Head("model"), Head("not followed")]
    return Table(heads, body, "What a model could not follow") if body else None

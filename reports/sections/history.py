"""The headline values over commits."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import analysis, tables, templates, units
from reports.drawing import keys
from reports.figures import panels
from reports.tables import Head, Table
from reports.view import View

TITLE = "History"
ORDER = 90

# suite, metric, what the panel is called
_HEADLINES = (
    ("speed", "training", "forward + backward"),
    ("memory", "peak_bytes", "peak memory"),
    ("accuracy", "test_error", "test error"),
    ("energy", "energy", "energy"),
)
_SHOWN = 8  # commits in a table; the panels show them all


def render(view: View) -> Markup | None:
    commits = _commits(view.history)
    if len(commits) < 2:
        return None
    drawn: dict[str, Markup] = {}
    folded: dict[str, Table] = {}
    for suite, metric, title in _HEADLINES:
        rows = _headline(view, suite, metric)
        ours = rows[~rows["backend"].isin(view.peers)]
        if not ours["value"].gt(0).any():
            continue
        unit = rows["unit"].dropna().iloc[0]
        name = f"{title}, {rows['case'].iloc[0]}"
        names = [commit[:7] for commit in commits]
        at = ours.assign(at=ours["commit"].map(commits.index)).sort_values(["model", "backend"])
        drawn |= panels(
            at, name, stem=f"history-{suite}", unit=unit, x="at", x_label="", x_names=names
        )
        folded[f"{name}: every commit"] = _table(view, rows, commits[-_SHOWN:], unit)
    ours = view.ours(view.history)
    return templates.render(
        "figures.html",
        intro=f"{len(commits)} commits on {view.machine}, oldest first, each as it was measured."
        " A cross on the floor is a commit without a value: the model was not there yet, or it"
        " failed.",
        keys=keys(ours["backend"].dropna(), "history"),
        panels=drawn,
        folded=folded,
    )


def _commits(history: pd.DataFrame) -> list[str]:
    return list(history.sort_values(["date", "started"])["commit"].unique())


def _headline(view: View, suite: str, metric: str) -> pd.DataFrame:
    """One row per commit, model and backend: the largest T, the mean over seeds."""
    rows = view.history
    rows = rows[(rows["suite"] == suite) & (rows["metric"] == metric)]
    rows = analysis.largest(rows)
    if rows.empty:
        return rows.assign(case="")
    case = ["shape", "task", "convention"]
    rows = rows.assign(case=rows[case].fillna("").astype(str).agg(" ".join, axis=1).str.strip())
    rows = rows[rows["case"] == rows["case"].mode().iloc[0]].fillna({"backend": ""})
    seeds = rows.groupby(["commit", "model", "backend", "case"], as_index=False)
    merged = seeds.agg(
        value=("value", "mean"),
        lo=("lo", "first"),
        hi=("hi", "first"),
        state=("state", lambda states: "ok" if "ok" in set(states) else min(states)),
        unit=("unit", "first"),
        gate=("gate", "first"),
    )
    ever = merged.groupby(["model", "backend"])["value"].transform("count") > 0
    return merged[ever]


def _table(view: View, rows: pd.DataFrame, commits: list[str], unit: str) -> Table:
    factor, label = units.scale(rows["value"], unit)
    found = {(row.model, row.backend, row.commit): row for row in tables.each(rows)}
    pairs = rows[["model", "backend"]].drop_duplicates().sort_values(["model", "backend"])
    body = []
    for pair in tables.each(pairs):
        labels = [
            tables.named("model", pair.model),
            tables.named("backend", pair.backend, view.peers),
        ]
        cells = [tables.state(found.get((*pair, commit)), factor) for commit in commits]
        body.append([*labels, *cells])
    heads = [Head(commit[:7], label) for commit in commits]
    return Table([Head("model"), Head("backend"), *heads], body)

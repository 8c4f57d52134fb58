"""The main values over commits."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import analysis, changes, commands, tables, templates, units
from reports.drawing import line_legend
from reports.figures import panels
from reports.tables import Head, Table
from reports.view import View

PAGE = "history"
TITLE = "History"
ORDER = 90

# suite, metric, the panel's title
_MAIN_METRICS = (
    ("speed", "training", "forward + backward"),
    ("memory", "peak_bytes", "peak memory"),
    ("accuracy", "test_error", "test error"),
    ("energy", "energy", "energy"),
)
_COLUMNS = 8  # commits in a table; the panels show them all


def render(view: View) -> Markup | None:
    commits = _commits(view.history)
    if len(commits) < 2:
        return None
    drawn: dict[str, Markup] = {}
    folded: dict[str, Table] = {}
    for suite, metric, title in _MAIN_METRICS:
        rows = _main_rows(view, suite, metric)
        if not view.ours(rows)["value"].gt(0).any():
            continue
        name = f"{title}, {rows['case'].iloc[0]}"
        unit = rows["unit"].dropna().iloc[0]
        drawn |= _panels(view, view.ours(rows), commits, name, stem=f"history-{suite}", unit=unit)
        folded[f"{name}: every commit"] = _table(view, rows, commits[-_COLUMNS:], unit)
    return templates.render(
        "figures.html",
        intro=f"{len(commits)} commits on {view.machine}, the oldest first. A cross at the bottom"
        " is a commit without a value: the model did not exist yet, or it failed. A ring is the"
        " first commit after a jump; python -m reports regressions prints those of every series.",
        legend=line_legend(view.styles_of(view.ours(view.history)), "history"),
        panels=drawn,
        folded=folded,
    )


def _commits(history: pd.DataFrame) -> list[str]:
    return list(history.sort_values(["date", "started"])["commit"].unique())


def _main_rows(view: View, suite: str, metric: str) -> pd.DataFrame:
    """Return one row per commit, model and backend: the largest T, the mean over seeds."""
    rows = view.history
    rows = rows[(rows["suite"] == suite) & (rows["metric"] == metric)]
    rows = analysis.largest(rows)
    if rows.empty:
        return rows.assign(case="")
    case = ["shape", "task", "condition", "convention"]
    rows = rows.assign(case=rows[case].fillna("").astype(str).agg(" ".join, axis=1).str.strip())
    rows = rows[rows["case"] == rows["case"].mode().iloc[0]].fillna({"backend": ""})
    seeds = rows.groupby(["commit", "model", "backend", "case"], as_index=False)
    means = seeds.agg(
        value=("value", "mean"),
        lo=("lo", "first"),
        hi=("hi", "first"),
        state=("state", lambda states: "ok" if "ok" in set(states) else min(states)),
        unit=("unit", "first"),
        gate=("gate", "first"),
        benchmark=("benchmark", "first"),
        profile=("profile", "first"),
    )
    measured = means.groupby(["model", "backend"])["value"].transform("count") > 0
    return means[measured]


def _panels(
    view: View, rows: pd.DataFrame, commits: list[str], heading: str, *, stem: str, unit: str
) -> dict[str, Markup]:
    rows = _with_jumps(rows.assign(at=rows["commit"].map(commits.index)))
    return panels(
        rows,
        view.styles,
        heading,
        stem=stem,
        unit=unit,
        x="at",
        x_label="",
        x_names=[commit[:7] for commit in commits],
    )


def _with_jumps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by model and backend, with whether each is the first after a jump."""
    rows = rows.sort_values(["model", "backend", "at"], ignore_index=True)
    lines = dict(iter(rows.dropna(subset="value").groupby(["model", "backend"])))
    by_line = changes.find(
        {k: changes.Series(line["value"].to_numpy()) for k, line in lines.items()}
    )
    first = [
        lines[key].index[change.position]
        for key, changed in by_line.items()
        for change in changed
        if change.kind == changes.JUMP
    ]
    return rows.assign(jump=rows.index.isin(first))


def _table(view: View, rows: pd.DataFrame, commits: list[str], unit: str) -> Table:
    factor, scaled = units.scale(rows["value"], unit)
    row_of = {(row.model, row.backend, row.commit): row for row in tables.tuples(rows)}
    pairs = rows[["model", "backend"]].drop_duplicates().sort_values(["model", "backend"])
    body = []
    for pair in tables.tuples(pairs):
        labels = [
            tables.label("model", pair.model),
            tables.label("backend", pair.backend, view.peers),
        ]
        cells = [tables.value(row_of.get((*pair, commit)), factor) for commit in commits]
        body.append([*labels, *cells])
    heads = [Head(commit[:7], scaled) for commit in commits]
    command = commands.of_rows(rows)
    return Table([Head("model"), Head("backend"), *heads], body, command=command)

"""Say at which commits a series of the recorded results became worse or better."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports import changes, tables, units
from reports.view import View, git

RELEASES = "v[0-9]*.[0-9]*.[0-9]*"
COLUMNS = ["series", "env", "unit", "kind", "loss", "old", "new", "ratio", "before", "commit", "p"]
_OF_CASES = [  # a long history has many rows
    *("benchmark", "model", "backend", "shape", "params", "unit", "direction", "gate"),
    *("env", "commit", "date", "value", "lo", "hi", "state"),
]


def report(view: View, since: str | None = None, *, as_json: bool = False) -> str:
    """Return the changes of all series of a view's history, as text or JSON.

    `since` is a revision: only later jumps are shown, and creep counts from it instead of from the
    last release. An unknown one raises ValueError with one line.
    """
    release = since or last_release()
    start = start_of(view.history, release)
    changed = table(view.history, view.benchmarks, start)
    if since:
        changed = changed[(changed["kind"] == changes.CREEP) | (changed["date"] > start)]
    if as_json:
        return json.dumps(_records(changed[COLUMNS]), indent=1)
    return _text(view, changed, release or "the first commit")


def last_release() -> str:
    """Return the tag of the last release before HEAD, "" if there is none."""
    return git("describe", "--tags", "--abbrev=0", "--match", RELEASES)


def start_of(history: pd.DataFrame, release: str) -> pd.Timestamp:
    """Return the date of a revision, of the first commit measured if it is "".

    An unknown revision raises ValueError with one line.
    """
    return _date(release) if release else history["date"].min()


def table(
    history: pd.DataFrame, benchmarks: Mapping[str, Mapping[str, Any]], start: pd.Timestamp
) -> pd.DataFrame:
    """Return a row per change: the losses first, of these and of the others the largest on top.

    Creep counts from the values at `start`. `before` and `commit` are those measured before and
    after a jump, or the first and the last of a creep.
    """
    groups = cases(history[history["state"] == "ok"])
    by_case = changes.find({key: _series(group, start) for key, group in groups.items()})
    lines = [
        {"series": name(groups[key].iloc[-1], benchmarks), **_line(groups[key], change, start)}
        for key, changed in by_case.items()
        for change in changed
    ]
    frame = pd.DataFrame(lines, columns=[*COLUMNS, "date"]).astype({"loss": bool})
    size = frame["ratio"].astype(float).map(math.log).abs().fillna(math.inf)
    order = frame.assign(size=size).sort_values(["loss", "size"], ascending=False, kind="stable")
    return order.drop(columns="size").reset_index(drop=True)


def cases(rows: pd.DataFrame) -> dict[Any, pd.DataFrame]:
    """Return the rows of each case in each environment, the oldest first."""
    rows = rows.sort_values(["date", "started"])
    rows = rows[_OF_CASES].assign(others=rows["params"].map(str))
    keys = ["benchmark", "model", "backend", "shape", "others", "env"]
    return dict(iter(rows.groupby(keys, sort=False, dropna=False)))


def name(row: pd.Series, benchmarks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the name of a case, as the gate and `ci.bisect` use it."""
    values = {**row[["model", "backend", "shape"]], **row["params"]}
    axes = benchmarks.get(row["benchmark"], {}).get("param_names") or row["params"]
    return f"{row['benchmark']}({', '.join(str(values[axis]) for axis in axes)})"


def _series(rows: pd.DataFrame, start: pd.Timestamp) -> changes.Series:
    """Return the values of a case; of a counter, any change counts."""
    smallest = 0.0 if rows["gate"].iloc[-1] == "counter" else changes.SMALLEST
    return changes.Series(rows["value"].to_numpy(float), _release(rows, start), smallest)


def _release(rows: pd.DataFrame, start: pd.Timestamp) -> int:
    return int((rows["date"] < start).sum())


def _line(rows: pd.DataFrame, change: changes.Change, start: pd.Timestamp) -> dict[str, Any]:
    jump = change.kind == changes.JUMP
    last = rows.iloc[change.position]
    first = rows.iloc[change.position - 1 if jump else _release(rows, start)]
    return {
        **last[["env", "unit", "commit", "date"]],
        **change._asdict(),
        "loss": (change.new > change.old) == (last["direction"] == "lower"),
        "ratio": change.ratio,
        "before": first["commit"],
    }


def _date(revision: str) -> pd.Timestamp:
    seconds = git("log", "-1", "--format=%ct", revision, "--")
    if not seconds:
        raise ValueError(f"no revision '{revision}' here; give a branch, tag or hash of `git log`")
    return pd.Timestamp(int(seconds), unit="s", tz="UTC")


def _records(changed: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows for JSON, which has no NaN."""
    records = changed.to_dict("records")
    return [
        {str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in record.items()}
        for record in records
    ]


def _text(view: View, changed: pd.DataFrame, start: str) -> str:
    """Return the tables of losses and improvements, and the subjects of their commits."""
    profile = f" with the profile {view.profile}" if view.profile else ""
    commits = view.history["commit"].nunique()
    parts = [f"commits measured on {view.machine}{profile}: {commits}; creep since {start}"]
    for title, rows in (("worse", changed[changed["loss"]]), ("better", changed[~changed["loss"]])):
        parts.append(f"\n{title}: {len(rows)}\n{_columns(rows) if len(rows) else ''}".rstrip())
    subjects = {c: git("log", "-1", "--format=%s", c) for c in tables.unique(changed["commit"])}
    titles = [f"{commit[:8]}  {subject}" for commit, subject in subjects.items() if subject]
    return "\n".join([*parts, "", *titles]).rstrip()


def _columns(rows: pd.DataFrame) -> str:
    """Return the rows as aligned columns, the names of the series last: they may be long."""
    shown = [
        [
            units.times(row.ratio) if row.ratio > 0 else "-",
            units.quantity(row.old, row.unit or ""),
            units.quantity(row.new, row.unit or ""),
            row.kind,
            row.commit[:8],
            f"{row.p:.1g}",
            row.series,
        ]
        for row in tables.tuples(rows)
    ]
    heads = ["ratio", "from", "to", "kind", "commit", "p", "series"]
    widths = [max(map(len, column)) for column in zip(heads, *shown, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [heads, *shown]
    )

"""Collect every series of a view with its changes, packed for the page that explores them."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from reports import commands, regressions, tables, units
from reports.view import View, git

DIGITS = 4  # significant ones of a value


def pack(view: View, changed: pd.DataFrame) -> str:
    """Return what `collect` returns as JSON, deflated, in base 64: text without any markup."""
    content = json.dumps(collect(view, changed), separators=(",", ":"))
    return base64.b64encode(zlib.compress(content.encode(), 9)).decode()


def collect(view: View, changed: pd.DataFrame) -> dict[str, Any]:
    """Return the commits of a view, the oldest first, and its series with an entry per commit.

    `changed` is the table of `reports.regressions`. A commit is its hash, date and subject. An
    entry is a number in the unit of the series, the state of what has no number, or None where
    nothing was measured. Series without any number are left out.
    """
    history = view.history.sort_values(["date", "started"])
    commits = history.drop_duplicates("commit")
    place = {commit: number for number, commit in enumerate(commits["commit"])}
    of_series: dict[Any, pd.DataFrame] = dict(iter(changed.groupby(["series", "env"])))
    several = history["env"].nunique() > 1
    series = []
    for rows in regressions.cases(history[history["state"] != "n/a"]).values():
        if (rows["state"] == "ok").any():
            name, env = regressions.name(rows.iloc[-1], view.benchmarks), rows["env"].iloc[-1]
            shown = f"{name} in {env}" if several else name
            one = _series(shown, rows, place, of_series.get((name, env)))
            series.append(one | {"command": _command(rows.iloc[-1], view.profile)})
    subjects = _subjects(commits["commit"])
    return {
        "commits": [
            [row.commit, f"{row.date:%Y-%m-%d}", subjects.get(row.commit, "")]
            for row in tables.tuples(commits)
        ],
        "series": sorted(series, key=lambda one: str(one["name"])),
    }


def _series(
    name: str, rows: pd.DataFrame, place: Mapping[str, int], changed: pd.DataFrame | None
) -> dict[str, Any]:
    last = rows.iloc[-1]
    has_number = rows["state"] == "ok"
    factor, unit = units.scale(rows["value"][has_number], last["unit"] or "")
    digits = 6 if last["gate"] == "counter" else DIGITS
    at = [place[commit] for commit in rows["commit"]]

    def entries(column: Iterable[Any]) -> list[float | str | None]:
        spread: list[float | str | None] = [None] * len(place)
        for position, entry in zip(at, column, strict=True):
            spread[position] = entry if isinstance(entry, str) else _rounded(entry * factor, digits)
        return spread

    ends = rows[["lo", "hi"]].clip(lower=0).where(has_number)
    return {
        "name": name,
        "model": _model(last),
        "unit": unit,
        "factor": factor,
        "better": last["direction"],
        "values": entries(rows["value"].astype(object).where(has_number, rows["state"])),
        **(
            {end: entries(ends[end]) for end in ("lo", "hi")} if ends.notna().any(axis=None) else {}
        ),
        "changes": [] if changed is None else [*_changes(changed, place, factor, digits)],
    }


def _command(row: pd.Series, profile: str) -> str:
    return commands.of_series(row["benchmark"], profile, _model(row))


def _model(row: pd.Series) -> str:
    return "" if pd.isna(row["model"]) else str(row["model"])


def _changes(
    changed: pd.DataFrame, place: Mapping[str, int], factor: float, digits: int
) -> Iterable[dict[str, Any]]:
    """Yield the changes of a series: the places of their first and last commit, and their size."""
    for row in tables.tuples(changed):
        yield {
            "kind": row.kind,
            "loss": bool(row.loss),
            "from": place[row.before],
            "at": place[row.commit],
            "old": _rounded(row.old * factor, digits),
            "new": _rounded(row.new * factor, digits),
            "ratio": _rounded(row.ratio, DIGITS),
        }


def _rounded(value: float, digits: int) -> float | int | None:
    """Return a value with so many significant digits; None if it is not finite."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


def _subjects(commits: Iterable[str]) -> dict[str, str]:
    """Return the subjects of those commits that the repository here has."""
    shown = git("log", "--no-walk", "--ignore-missing", "--format=%H %s", *commits)
    parts = (line.partition(" ") for line in shown.splitlines())
    return {commit: subject for commit, _, subject in parts}


def changed(view: View) -> pd.DataFrame:
    """Return the changes of every series since the first commit, creep since the last release."""
    start = regressions.start_of(view.history, regressions.last_release())
    return regressions.table(view.history, view.benchmarks, start)

"""Compare two commits on one machine, or two machines at one commit: every series of both.

A ratio is the second value over the first. Values of several seeds are compared by their mean. A
difference is beyond the noise if the 99 % intervals of asv, or the 95 % intervals of the means over
seeds, do not overlap; of a counter every difference is. Without intervals the noise is unknown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reports import analysis, floors, results
from reports.view import commit_of, complete, git, named, newest_environments

WORSE, BETTER, SAME, UNKNOWN = "worse", "better", "same", "noise unknown"
VERDICTS = (WORSE, BETTER, SAME, UNKNOWN)
_KEYS = ["benchmark", "model", "case"]
_KEPT = ["suite", "metric", "unit", "direction", "gate"]


class Side(NamedTuple):
    """A commit on a machine, and what was measured of it."""

    name: str  # as it was asked for
    commit: str
    subject: str
    machine: str
    frame: pd.DataFrame


class Comparison(NamedTuple):
    """Two sides, and a row per series of both, the worst first."""

    first: Side
    second: Side
    profile: str
    series: pd.DataFrame
    alone: tuple[int, int]  # series of the first side only, and of the second
    skipped: tuple[str, ...]  # one line per file that could not be read

    @property
    def counts(self) -> dict[str, int]:
        """How many series are worse, better, the same, or of unknown noise."""
        found = self.series["verdict"].value_counts()
        return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def compare(
    first: str,
    second: str,
    root: Path | str = results.ROOT,
    commit: str | None = None,
    machine: str | None = None,
    profile: str | None = None,
) -> Comparison:
    """Return the comparison of two commits or two machines.

    Where both were measured by several profiles, or at several places, the last one counts. Raises
    ValueError, with one line, if there is nothing to compare.
    """
    recorded = results.read(root)
    runs = named(complete(recorded, root), machine=machine, profile=profile)
    if commit is not None:
        runs = runs[runs["commit"] == commit_of(runs, commit, [])]
    kind, names = _kind(runs, first, second)
    other = "commit" if kind == "machine" else "machine"
    found = [runs[runs[kind] == name] for name in names]
    place = _common(found, [other, "profile"], (first, second))
    found = [side[(side[[other, "profile"]] == place).all(axis=1)] for side in found]
    sides = [recorded.rows(newest_environments(side).index) for side in found]
    series, alone = table(*sides)
    if series.empty:
        raise ValueError(f"no series was measured of both '{first}' and '{second}'")
    old, new = (_side(name, side) for name, side in zip((first, second), sides, strict=True))
    return Comparison(old, new, place[1], series, alone, recorded.skipped)


def table(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Return a row per series of both, the worst first, and how many only one of them has.

    `worse` is how many times worse the second is: its ratio where less is better, or the inverse.
    """
    sides = [_series(first), _series(second)]
    theirs = sides[1][["value", "lo", "hi"]].add_suffix("_second")
    joined = sides[0].join(theirs, how="inner").reset_index()
    both = joined.rename(columns={"value": "first", "value_second": "second"})
    both["unit"] = both["unit"].fillna("")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (both["second"] / both["first"]).where(both["first"] != both["second"], 1.0)
        worse = ratio.where(both["direction"] == "lower", 1 / ratio)
    both = both.assign(ratio=ratio, worse=worse).assign(verdict=_verdicts)
    alone = (len(sides[0]) - len(both), len(sides[1]) - len(both))
    return both.sort_values(["worse", *_KEYS], ascending=[False, True, True, True]), alone


def _kind(runs: pd.DataFrame, *names: str) -> tuple[str, tuple[str, ...]]:
    """Return the column that two names are in, "machine" or "commit", and their values there."""
    machines = sorted(runs["machine"].unique())
    known = [name in machines for name in names]
    if all(known):
        return "machine", names
    if any(known):
        raise ValueError(
            f"'{names[known.index(True)]}' is a machine and '{names[known.index(False)]}' is none:"
            f" give two commits or two machines; machines: {', '.join(machines)}"
        )
    try:
        return "commit", tuple(commit_of(runs, name, []) for name in names)
    except ValueError as error:
        raise ValueError(f"{error}; machines: {', '.join(machines)}") from None


def _common(sides: list[pd.DataFrame], columns: list[str], names: tuple[str, str]) -> list[str]:
    """Return the values of the columns at which both sides were measured last."""
    places = [side.groupby(columns)["started"].max() for side in sides]
    both = places[1][places[1].index.isin(places[0].index)]
    if both.empty:
        found = (
            f"'{name}' at {', '.join(' '.join(filter(None, at)) for at in place.index)}"
            for name, place in zip(names, places, strict=True)
        )
        raise ValueError(
            f"no {columns[0]} and profile has both: {'; '.join(found)}; measure one of them again"
        )
    return list(both.sort_values().index[-1])


def _side(name: str, rows: pd.DataFrame) -> Side:
    row = rows.iloc[0]
    subject = git("log", "-1", "--format=%s", row["commit"])
    return Side(name, row["commit"], subject, row["machine"], rows)


def _series(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per series that has a value: the mean over its seeds, and its interval."""
    rows = floors.reject_impossible(rows)
    rows = rows[rows["state"] == "ok"]
    cases = [*map(_case, rows["backend"], rows["shape"], rows["params"])]
    rows = rows.assign(case=cases, model=rows["model"].fillna(""))
    groups = rows.groupby(_KEYS)
    found = groups[[*_KEPT, "lo", "hi"]].first().assign(value=groups["value"].mean())
    seeds = rows[groups["value"].transform("size") > 1].groupby(_KEYS)["value"]
    for key, values in seeds:
        found.loc[key, ["lo", "hi"]] = analysis.interval(values)
    return found


def _case(backend: Any, shape: Any, params: dict[str, Any]) -> str:
    """Return the values of the axes that tell a series from the others of its model."""
    others = (f"{axis} {value}" for axis, value in params.items() if axis != "seed")
    return ", ".join([*(str(part) for part in (backend, shape) if pd.notna(part)), *others])


def _verdicts(both: pd.DataFrame) -> pd.Series:
    """Return what each row says of the second side."""
    apart = (both["lo_second"] > both["hi"]) | (both["hi_second"] < both["lo"])
    known = both[["lo", "hi", "lo_second", "hi_second"]].notna().all(axis=1)
    counter, equal = both["gate"] == "counter", both["first"] == both["second"]
    grown = (both["second"] > both["first"]) == (both["direction"] == "lower")
    verdicts = np.select(
        [equal | (known & ~apart & ~counter), known | counter],
        [SAME, np.where(grown, WORSE, BETTER)],
        UNKNOWN,
    )
    return pd.Series(verdicts, both.index)

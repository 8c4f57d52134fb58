"""Choose what one report shows: one commit on one machine, and the history behind it."""

from __future__ import annotations

import ast
import itertools
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reports import floors, palette, records, results
from reports.records import Record

PEERS = Path(__file__).parents[1] / "suites" / "peers"


@dataclass(frozen=True)
class Commit:
    hash: str
    date: pd.Timestamp
    subject: str = ""

    @property
    def short(self) -> str:
        return self.hash[:8]


@dataclass(frozen=True)
class View:
    """The rows of one report, and what was recorded with them.

    `frame` has the rows of one commit, machine and profile, `history` those of every commit on that
    machine and with that profile.
    """

    frame: pd.DataFrame
    history: pd.DataFrame
    commit: Commit
    machine: str
    machine_facts: Mapping[str, str]
    run: Mapping[str, Any]
    benchmarks: Mapping[str, Mapping[str, Any]]  # benchmark -> its attributes
    baseline: str = "psn"
    peers: Mapping[str, str] = field(default_factory=dict)  # library -> how its rows differ
    notes: tuple[str, ...] = field(default=())
    skipped: tuple[str, ...] = field(default=())  # one line per file that could not be read
    records: tuple[Record, ...] = field(default=())  # findings and more, oldest first
    profile: str = ""  # what chose the cases, "" where asv did not record it

    def rows(self, suite: str, *metrics: str) -> pd.DataFrame:
        """Return the rows of a suite that are not n/a; of all its metrics if none is named."""
        frame = self.frame[(self.frame["suite"] == suite) & (self.frame["state"] != "n/a")]
        return frame[frame["metric"].isin(metrics)] if metrics else frame

    def ok(self, suite: str, *metrics: str) -> pd.DataFrame:
        """Return the rows that have a value: `rows` without what failed or is invalid."""
        rows = self.rows(suite, *metrics)
        return rows[rows["state"] == "ok"]

    def ours(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `rows` without those of other libraries."""
        return rows[~rows["backend"].isin(self.peers)]

    def attribute(self, suite: str, name: str) -> Any:
        """Return an attribute that a benchmark of a suite carries, None if no benchmark does."""
        of_suite = (a for key, a in self.benchmarks.items() if key.split(".")[0] == suite)
        return next((attributes[name] for attributes in of_suite if name in attributes), None)

    @cached_property
    def models(self) -> list[str]:
        return sorted(self.history["model"].dropna().unique())

    @cached_property
    def styles(self) -> dict[str, palette.Style]:
        """Return the style of every backend and peer, by its place on the longest recorded axis.

        What has no backend ("") is drawn as the first.
        """
        backends = self.frame.dropna(subset="backend").groupby("benchmark")["backend"].unique()
        axes = sorted(backends, key=len, reverse=True)
        others = self.history["backend"].dropna().unique()
        names = itertools.chain(*axes, others)
        return {"": palette.style(0)} | palette.styles(names)

    def styles_of(self, rows: pd.DataFrame) -> dict[str, palette.Style]:
        """Return the styles of those backends and peers that have rows, for a legend."""
        present = set(rows["backend"].dropna())
        return {name: style for name, style in self.styles.items() if name in present}


def choose(
    root: Path | str = results.ROOT,
    commit: str | None = None,
    baseline: str | None = None,
    machine: str | None = None,
    profile: str | None = None,
) -> View:
    """Return the view of a commit, machine and profile; without a name, of that measured last.

    A note names what else there is. Raises ValueError, with one line, if there are no results or a
    name was not measured.
    """
    recorded = results.read(root)
    notes = list(recorded.skipped)
    runs = named(complete(recorded, root), machine=machine, profile=profile)
    chosen = commit_of(runs, commit, notes)
    for kind in ("machine", "profile"):
        last = _last(kind, runs[runs["commit"] == chosen], notes)
        runs = runs[runs[kind] == last]
    rows = recorded.rows(newest_environments(runs).index)
    baseline = baseline and _check_measured("model", baseline, rows["model"].dropna())
    history = floors.reject_impossible(rows)
    rows = history[history["commit"] == chosen]
    first = rows.iloc[0]
    found, unreadable = records.read(Path(root).parent / records.FILE)
    return View(
        frame=rows,
        history=history,
        commit=Commit(chosen, first["date"], git("log", "-1", "--format=%s", chosen)),
        machine=first["machine"],
        machine_facts=recorded.machines.get(first["machine"], {}),
        run=_run(recorded.runs, first),
        benchmarks=recorded.benchmarks,
        baseline=baseline or "psn",
        peers=_peers(),
        notes=(*notes, *unreadable),
        skipped=recorded.skipped,
        records=tuple(found),
        profile=first["profile"],
    )


def _run(runs: pd.DataFrame, row: pd.Series) -> dict[str, Any]:
    """Return what was recorded of the run that a row comes from."""
    same = (runs[name] == row[name] for name in ("machine", "commit", "env"))
    (run, *_) = runs[np.logical_and.reduce([*same])].to_dict("records")
    return {str(name): value for name, value in run.items()}


def named(runs: pd.DataFrame, **names: str | None) -> pd.DataFrame:
    """Return the runs with these values in the columns of these names; None leaves all."""
    for column, name in names.items():
        if name is not None:
            runs = runs[runs[column] == _check_measured(column, name, runs[column])]
    return runs


def complete(recorded: results.Recorded, root: Path | str) -> pd.DataFrame:
    """Return the runs with values, or raise ValueError if there are none or of unknown meaning."""
    runs = recorded.runs[recorded.runs["values"] > 0]
    if len(runs) and recorded.benchmarks:
        return runs
    if recorded.skipped:
        raise ValueError(f"no results left below {root}: {'; '.join(recorded.skipped)}")
    absent = "results" if runs.empty else "benchmarks.json"
    raise ValueError(f"no {absent} below {root}; measure something first: make bench")


def _peers() -> dict[str, str]:
    """Return the other libraries and the `NOTE` of each adapter, without importing them."""
    paths = sorted(PEERS.glob("[!_]*.py"))
    return {path.stem: _note(ast.parse(path.read_text(encoding="utf-8"))) for path in paths}


def _note(adapter: ast.Module) -> str:
    for line in adapter.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NOTE":
            return str(ast.literal_eval(line.value))
    return ""


def _check_measured(kind: str, name: str, column: pd.Series) -> str:
    """Return `name` if the column contains it, or raise ValueError with the names it contains."""
    names = sorted(column.unique())
    if name in names:
        return name
    close = get_close_matches(name, names, 1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise ValueError(f"no {kind} '{name}' was measured; {hint}measured: {', '.join(names)}")


def commit_of(frame: pd.DataFrame, revision: str | None, notes: list[str]) -> str:
    """Return the full hash of a revision; without one, of HEAD or else the newest measured."""
    measured = list(frame.sort_values(["date", "started"])["commit"].unique())
    full = git("rev-parse", "--verify", "--quiet", f"{revision or 'HEAD'}^{{commit}}")
    if full in measured:
        return full
    if revision is None:
        head = f"HEAD ({full[:8]}) has no results here" if full else "No git history here"
        notes.append(f"{head}: showing {measured[-1][:8]}, the newest commit measured.")
        return measured[-1]
    matches = [commit for commit in measured if commit.startswith(revision.lower())]
    if len(matches) == 1:
        return matches[0]
    short = ", ".join(commit[:8] for commit in reversed(measured[-8:]))
    raise ValueError(f"no results for commit '{revision}'; measured: {short}")


def _last(kind: str, frame: pd.DataFrame, notes: list[str]) -> str:
    """Return the machine or profile of the newest rows, and note the others."""
    names = list(frame.sort_values("started").drop_duplicates(kind, keep="last")[kind])
    if len(names) > 1:
        others = ", ".join(name or "an unknown one" for name in names[:-1])
        joint = "on" if kind == "machine" else "with the profile"
        notes.append(
            f"The commit was measured {joint} {names[-1] or 'unknown'} and {joint} {others};"
            f" --{kind} chooses another."
        )
    return names[-1]


def newest_environments(runs: pd.DataFrame) -> pd.DataFrame:
    """Return, of each commit, the runs of its newest environment: torch versions are not mixed."""
    newest = runs.sort_values("started").groupby("commit")["env"].last()
    return runs[runs["env"] == runs["commit"].map(newest)]


def git(*arguments: str) -> str:
    try:
        answer = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()

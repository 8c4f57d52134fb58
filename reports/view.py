"""What one report looks at: one commit on one machine, with its history behind it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from reports import floors, results

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
    """`frame` holds the chosen commit and machine, `history` every commit on that machine."""

    frame: pd.DataFrame
    history: pd.DataFrame
    commit: Commit
    machine: str
    facts: dict[str, str]
    run: dict[str, Any]
    baseline: str = "psn"
    peers: Mapping[str, str] = field(default_factory=dict)  # library -> how its rows differ
    notes: tuple[str, ...] = field(default=())

    def rows(self, suite: str, *metrics: str) -> pd.DataFrame:
        """What was measured of a suite, failed or is invalid; all its metrics if none is named."""
        frame = self.frame[(self.frame["suite"] == suite) & (self.frame["state"] != "n/a")]
        return frame[frame["metric"].isin(metrics)] if metrics else frame

    def ok(self, suite: str, *metrics: str) -> pd.DataFrame:
        """As `rows`, without what failed or is invalid."""
        rows = self.rows(suite, *metrics)
        return rows[rows["state"] == "ok"]

    def ours(self, rows: pd.DataFrame) -> pd.DataFrame:
        """`rows` without those of other libraries."""
        return rows[~rows["backend"].isin(self.peers)]

    @property
    def models(self) -> list[str]:
        return sorted(self.history["model"].dropna().unique())


def choose(
    root: Path | str = results.ROOT,
    commit: str | None = None,
    baseline: str | None = None,
    machine: str | None = None,
) -> View:
    """The view asked for, or the nearest one that was measured, with a note saying so."""
    frame = results.load(root)
    if frame.empty:
        raise ValueError(f"no results below {root}; measure something first: make bench")
    notes: list[str] = []
    if machine is not None:
        frame = frame[frame["machine"] == _known("machine", machine, frame["machine"])]
    chosen = _commit(frame, commit, notes)
    machine = _newest(frame[frame["commit"] == chosen], "machine", notes)
    history = floors.checked(_one_environment(frame[frame["machine"] == machine]))
    rows = history[history["commit"] == chosen]
    if baseline is not None:
        _known("model", baseline, frame["model"].dropna())
    runs = results.runs(root)
    same = (runs["machine"] == machine) & (runs["commit"] == chosen)
    run = runs[same & (runs["env"] == rows["env"].iloc[0])].iloc[0].to_dict()
    return View(
        frame=rows,
        history=history,
        commit=Commit(chosen, rows["date"].iloc[0], _git("log", "-1", "--format=%s", chosen)),
        machine=machine,
        facts=results.machines(root).get(machine, {}),
        run=run,
        baseline=baseline or "psn",
        peers=_peers(),
        notes=tuple(notes),
    )


def _peers() -> dict[str, str]:
    """The other libraries and the `NOTE` of each adapter, read without importing the library."""
    paths = [path for path in sorted(PEERS.glob("*.py")) if not path.stem.startswith("_")]
    return {path.stem: _note(ast.parse(path.read_text(encoding="utf-8"))) for path in paths}


def _note(adapter: ast.Module) -> str:
    for line in adapter.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NOTE":
            return str(ast.literal_eval(line.value))
    return ""


def _known(what: str, name: str, known: pd.Series) -> str:
    """`name` if it was measured, otherwise one line that says what was."""
    names = sorted(known.unique())
    if name in names:
        return name
    close = get_close_matches(name, names, 1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise ValueError(f"no {what} '{name}' was measured; {hint}measured: {', '.join(names)}")


def _commit(frame: pd.DataFrame, asked: str | None, notes: list[str]) -> str:
    """The full hash asked for; without one HEAD, or else the newest commit that was measured."""
    measured = list(frame.sort_values(["date", "started"])["commit"].unique())
    full = _git("rev-parse", "--verify", "--quiet", f"{asked or 'HEAD'}^{{commit}}")
    if full in measured:
        return full
    if asked is None:
        head = f"HEAD ({full[:8]}) has no results here" if full else "No git history here"
        notes.append(f"{head}: showing {measured[-1][:8]}, the newest commit measured.")
        return measured[-1]
    matches = [commit for commit in measured if commit.startswith(asked.lower())]
    if len(matches) == 1:
        return matches[0]
    short = ", ".join(commit[:8] for commit in reversed(measured[-8:]))
    raise ValueError(f"no results for commit '{asked}'; measured: {short}")


def _newest(frame: pd.DataFrame, column: str, notes: list[str]) -> str:
    names = list(frame.sort_values("started")[column].unique())
    if len(names) > 1:
        others = ", ".join(names[:-1])
        notes.append(f"The commit was measured on {names[-1]} and on {others}: see --{column}.")
    return names[-1]


def _one_environment(frame: pd.DataFrame) -> pd.DataFrame:
    """For each commit its newest environment: rows of two torch versions are not mixed."""
    newest = frame.sort_values("started").groupby("commit")["env"].last()
    return frame[frame["env"] == frame["commit"].map(newest)]


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()

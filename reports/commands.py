"""The command that measures again what a figure or a table shows, and nothing else.

It follows from what was drawn: the benchmarks, the commits and the profile of its rows, or the
record that a picture is from.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

import pandas as pd
from markupsafe import Markup

from reports import templates
from reports.records import Record

_COLUMNS = ["benchmark", "commit", "profile"]
_ALL = "EXISTING"  # asv's name for all commits that have results
_BY_KIND = {  # of records that do not name their command
    "dynamics": "python -m suites.dynamics {name}",
    "sample": "python -m suites.accuracy samples",
}


def of_rows(*frames: pd.DataFrame, model: str = "") -> str:
    """Return asv's command for the benchmarks of these rows, or only for their cases of a model.

    Without rows it is "". Where they are of several commits, all commits with results are measured.
    """
    rows = _measured(frames)
    return _run(rows, _bench(rows["benchmark"], model))


def of_model(model: str, *frames: pd.DataFrame) -> str:
    """Return asv's command for every case of a model, at the commit and profile of these rows."""
    return _run(_measured(frames), _axis(model))


def of_series(benchmark: str, profile: str, model: str = "") -> str:
    """Return asv's command for a benchmark, or its cases of a model, at all measured commits."""
    return _asv(_ALL, profile, _bench([benchmark], model))


def of_record(record: Record) -> str:
    """Return the command that makes a record again."""
    own = record.content.get("command")
    return str(own) if own else _BY_KIND[record.kind].format(name=record.name)


def pattern(benchmarks: Iterable[str]) -> str:
    """Return the regular expression by which asv finds these benchmarks and no other."""
    methods: dict[str, list[str]] = {}
    for name in sorted({*benchmarks}):
        of_class, _, method = name.rpartition(".")
        methods.setdefault(of_class, []).append(method)
    return rf"^{_any([f'{of_class}.{_any(names)}' for of_class, names in methods.items()])}\b"


def menu(command: str, title: str) -> Markup:
    """Return what shows a command and copies it, "" without one; `title` says what it measures."""
    return templates.render("command.html", command=command, title=title) if command else Markup()


def _measured(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the distinct benchmarks of rows, each with its commits and profile."""
    columns = [frame.reindex(columns=_COLUMNS) for frame in frames]
    return pd.concat(columns).dropna(subset="benchmark").drop_duplicates()


def _run(rows: pd.DataFrame, bench: str) -> str:
    if rows.empty:
        return ""
    commits, profile = rows["commit"].unique(), rows["profile"].iloc[0]
    return _asv(_ALL if len(commits) > 1 else f"{commits[0][:8]}^!", profile, bench)


def _asv(commits: str, profile: str, bench: str) -> str:
    chosen = f"SPIKEBENCH_PROFILE={shlex.quote(profile)} " if profile else ""
    return f"{chosen}asv run {commits} --bench {shlex.quote(bench)}"


def _bench(benchmarks: Iterable[str], model: str) -> str:
    """Return what asv looks for: these benchmarks, or only their cases of a model."""
    return pattern(benchmarks) + (f".*{_axis(model)}" if model else "")


def _axis(model: str) -> str:
    """Return what finds a model among the values of the axes: asv puts them in quotes."""
    return rf"\W{model}\W"


def _any(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({'|'.join(names)})"

"""Read asv's result files into one table; nothing else in `reports` reads them.

Below its results folder asv writes one JSON file per (machine, commit, environment), and one
`benchmarks.json` with the attributes of each benchmark. In a result file a benchmark is a row of
columns whose trailing nulls are left out; its values have the order of
`itertools.product(*params)`. The state of a value is

* `ok`: a finite number, measured;
* `n/a`: NaN; `setup` raised NotImplementedError, or the case was not selected;
* `failed`: null (an exception, a timeout, a failed build) or anything that is not a finite number.
  When every value failed, asv writes one null in place of the list.

These files do not contain the reason of a failure. A file that `reports.schema` does not accept is
skipped and named, and the others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import pandas as pd

from reports import rows, schema
from reports.rows import COLUMNS, Values, tolerance_of

__all__ = ["COLUMNS", "ROOT", "Recorded", "benchmarks", "load", "read", "tolerance_of"]

ROOT = ".asv/results"
_LONG = 128  # characters from which asv replaces the name of an environment in a file's name
_OF_RUN = ("machine", "commit", "date", "python", "env", "profile")  # in every row of it
_RUN = (*_OF_RUN, "started", "requirements", "env_vars", "values")
Content = TypeVar("Content")


@dataclass(frozen=True)
class Recorded:
    """All that could be read of a folder of results, and what was skipped."""

    runs: pd.DataFrame  # one row per result file, with what it says of its run
    machines: dict[str, dict[str, str]]  # what asv recorded of each: cpu, ram, os, any other key
    benchmarks: dict[str, dict[str, Any]]  # their attributes: axes, unit, tolerance and more
    skipped: tuple[str, ...]  # one line per file that could not be read: its name and the reason
    cases: pd.DataFrame
    values: tuple[Values, ...]  # of each run

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Return every value, one row each, with the columns of `COLUMNS`."""
        return self.rows(self.runs.index)

    def rows(self, runs: Iterable[int]) -> pd.DataFrame:
        """Return the values of runs, by their index in `runs`, with the columns of `COLUMNS`."""
        places = np.array([*runs], int)
        values = rows.joined([self.values[place] for place in places])
        of_run = np.repeat(places, [len(self.values[place].case) for place in places])
        run = self.runs.loc[of_run, list(_OF_RUN)].reset_index(drop=True)
        case = self.cases.take(values.case).reset_index(drop=True)
        measured = values._asdict() | {
            "started": _dates(pd.Series(values.started)),
            "state": np.array(rows.STATES, object)[values.state],
        }
        frame = pd.concat([run, case, pd.DataFrame(measured)], axis="columns")
        return frame[list(COLUMNS)]


def read(root: Path | str = ROOT) -> Recorded:
    """Return what the files below `root` contain; what cannot be read is skipped and named.

    `benchmarks.json` gives all other files their meaning: if it is damaged, raise ValueError.
    """
    root, skipped = Path(root), []

    def read_all(paths: list[Path], content: Callable[[Path], Content]) -> list[Content]:
        contents = []
        for path in paths:
            try:
                contents.append(content(path))
            except ValueError as error:
                skipped.append(str(error))
        return contents

    attributes = benchmarks(root)
    cases = rows.Cases(attributes)
    files = sorted(path for path in root.glob("*/*.json") if path.name != "machine.json")
    contents = read_all(files, lambda path: _result(path, cases))
    return Recorded(
        runs=_runs([run for run, _ in contents]),
        machines=dict(read_all(sorted(root.glob("*/machine.json")), _machine)),
        benchmarks=attributes,
        skipped=tuple(skipped),
        cases=cases.described(),
        values=tuple(values for _, values in contents),
    )


def load(root: Path | str = ROOT) -> pd.DataFrame:
    """Return every readable value below `root`, one row each, with the columns of `COLUMNS`.

    size     the shape without its T: cases of one size make one line over T
    lo, hi   asv's 99 % interval; NaN where asv had too few samples for a finite one
    serial   whether the backend takes one step of the model after the other
    profile  the profile that was measured, "" where asv did not record it

    As asv does, leave out rows that were measured with another version of a benchmark than the one
    in `benchmarks.json`, and those of benchmarks that are not in it.
    """
    return read(root).frame


def benchmarks(root: Path | str = ROOT) -> dict[str, dict[str, Any]]:
    """Return the attributes of every benchmark by its name: its axes, unit, tolerance and more."""
    path = Path(root) / "benchmarks.json"
    if not path.exists():
        return {}
    entries = schema.read(path, schema.BENCHMARKS)
    named = {name: entry for name, entry in entries.items() if isinstance(entry, dict)}
    try:
        if not named or "version" not in entries:
            raise ValueError("no benchmarks in it")
        for name, entry in named.items():
            if msgspec.convert(entry, schema.Benchmark).name != name:
                raise ValueError(f"'{name}' has another name")
    except ValueError as error:
        raise ValueError(schema.unreadable(path, error)) from None
    return named


def _machine(path: Path) -> tuple[str, dict[str, str]]:
    recorded = schema.read(path, schema.MACHINE)
    version, machine = recorded.pop("version", None), recorded.pop("machine", None)
    facts = {key: value for key, value in recorded.items() if isinstance(value, str)}
    wrong = [key for key in recorded if key not in facts]
    if wrong or not isinstance(version, int) or machine != path.parent.name:
        reason = f"'{wrong[0]}' is no text" if wrong else "it is not of this machine"
        raise ValueError(schema.unreadable(path, ValueError(reason)))
    return path.parent.name, facts


def _result(path: Path, cases: rows.Cases) -> tuple[dict[str, Any], Values]:
    """Return what a result file says of its run, and its values; or raise ValueError, naming it."""
    result = schema.read(path, schema.Result)
    try:
        if (result.machine, _file_name(result)) != (path.parent.name, path.name):
            raise ValueError(f"it contains '{result.machine}/{_file_name(result)}'")
        values = rows.values(result, cases)
    except ValueError as error:
        raise ValueError(schema.unreadable(path, error)) from None
    return _run(result, values), values


def _file_name(result: schema.Result) -> str:
    """Return the name under which asv saves a result."""
    environment = result.env_name
    if len(environment) >= _LONG:
        environment = "env-" + md5(environment.encode()).hexdigest()
    return f"{result.commit_hash[:8]}-{environment}.json"


def _run(result: schema.Result, values: Values) -> dict[str, Any]:
    """Return what a result file says of its run; `started` is when its last benchmark began."""
    started = values.started[~np.isnan(values.started)]
    return {
        "machine": result.machine,
        "commit": result.commit_hash,
        "date": result.date,
        "started": started.max(initial=-1),
        "env": result.env_name,
        "python": result.python,
        "requirements": result.requirements,
        "env_vars": result.env_vars,
        "profile": rows.profile(result),
        "values": len(values.case),
    }


def _runs(runs: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(runs, columns=list(_RUN))
    started = frame["started"].where(frame["started"] >= 0)
    return frame.assign(date=_dates(frame["date"]), started=_dates(started))


def _dates(milliseconds: pd.Series) -> pd.Series:
    return pd.to_datetime(milliseconds.astype("Int64"), unit="ms", utc=True)

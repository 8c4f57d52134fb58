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

from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import pandas as pd

from reports import rows, schema
from reports.rows import COLUMNS, tolerance_of

__all__ = ["COLUMNS", "ROOT", "Recorded", "benchmarks", "load", "read", "tolerance_of"]

ROOT = ".asv/results"
_LONG = 128  # characters from which asv replaces the name of an environment in a file's name
Content = TypeVar("Content")


class Recorded(NamedTuple):
    """All that could be read of a folder of results, and what was skipped.

    frame       every value, one row each, with the columns of `COLUMNS`
    runs        one row per result file: its commit, machine, environment and profile
    machines    what asv recorded of each machine: cpu, ram, os and any extra key such as gpu
    benchmarks  the attributes of each benchmark by its name: its axes, unit, tolerance and more
    skipped     one line per file that could not be read: its name and the reason
    """

    frame: pd.DataFrame
    runs: pd.DataFrame
    machines: dict[str, dict[str, str]]
    benchmarks: dict[str, dict[str, Any]]
    skipped: tuple[str, ...]


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
    files = sorted(path for path in root.glob("*/*.json") if path.name != "machine.json")
    contents = read_all(files, lambda path: _result(path, attributes))
    return Recorded(
        frame=_typed([row for _, values in contents for row in values]),
        runs=_runs([result for result, _ in contents]),
        machines=dict(read_all(sorted(root.glob("*/machine.json")), _machine)),
        benchmarks=attributes,
        skipped=tuple(skipped),
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


def _result(
    path: Path, attributes: dict[str, dict[str, Any]]
) -> tuple[schema.Result, list[dict[str, Any]]]:
    """Return a result file and the rows of its values, or raise ValueError that names it."""
    result = schema.read(path, schema.Result)
    try:
        if (result.machine, _file_name(result)) != (path.parent.name, path.name):
            raise ValueError(f"it contains '{result.machine}/{_file_name(result)}'")
        return result, list(rows.rows(result, attributes))
    except ValueError as error:
        raise ValueError(schema.unreadable(path, error)) from None


def _file_name(result: schema.Result) -> str:
    """Return the name under which asv saves a result."""
    environment = result.env_name
    if len(environment) >= _LONG:
        environment = "env-" + md5(environment.encode()).hexdigest()
    return f"{result.commit_hash[:8]}-{environment}.json"


def _runs(results: list[schema.Result]) -> pd.DataFrame:
    columns = ["machine", "commit", "env", "python", "requirements", "env_vars", "profile"]
    facts = [
        [
            r.machine,
            r.commit_hash,
            r.env_name,
            r.python,
            r.requirements,
            r.env_vars,
            rows.profile(r),
        ]
        for r in results
    ]
    return pd.DataFrame(facts, columns=columns)


def _typed(values: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=list(COLUMNS))
    for column in ("date", "started"):
        frame[column] = pd.to_datetime(frame[column].astype("Int64"), unit="ms", utc=True)
    types: Any = {"T": "Int64", "tolerance": float, "serial": bool}
    return frame.astype(types | {"value": float, "lo": float, "hi": float})

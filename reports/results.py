"""The only reader of asv's result files: everything measured, as one tidy frame.

asv keeps one JSON file per (machine, commit, environment) below its results folder and one
`benchmarks.json` beside them with what it found out about each benchmark. In a result file a
benchmark is a row of columns with the trailing nulls cut off; its values stand in the order of
`itertools.product(*params)`. A value that is

* a number was measured: state `ok`;
* NaN was skipped, because `setup` raised NotImplementedError or the case was not asked for: `n/a`;
* null failed (an exception, a timeout, a build that broke): `failed`, and so is anything that is
  not a finite number. When every value failed, asv writes one null in place of the whole list.

asv does not keep the reason of a failure in these files.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = ".asv/results"
AXES = ("model", "backend", "shape", "dtype", "seed", "convention", "task", "surrogate")
COLUMNS = (
    *("machine", "commit", "date", "started", "python", "env", "suite", "metric", "benchmark"),
    *("unit", "direction", "gate", "tolerance", *AXES[:3], "T", "size", "params", *AXES[3:]),
    *("value", "lo", "hi", "samples", "state"),
)
_FORMAT = 2
_KIND = re.compile(r"^(timeraw|time|track|peakmem|mem)_")
_STEPS = re.compile(r"\bT=(\d+)\s*")


def load(root: Path | str = ROOT) -> pd.DataFrame:
    """Every value below `root`, one row each, with the columns of `COLUMNS`.

    `size` is the shape without its T: cases that differ in nothing else make one line over T.
    `lo` and `hi` are asv's 99 % interval, NaN where asv had too few samples to give a finite one.
    Rows measured with another version of a benchmark than the one in `benchmarks.json` are left
    out, as asv itself does: they answer a different question.
    """
    root = Path(root)
    known = _benchmarks(root)
    rows = [row for path in _files(root) for row in _rows(_read(path), known)]
    return _tidy(rows)


def machines(root: Path | str = ROOT) -> dict[str, dict[str, str]]:
    """What asv knows of each machine: cpu, ram, os, and any extra key such as gpu or driver."""
    found = {}
    for path in sorted(Path(root).glob("*/machine.json")):
        facts = {key: str(value) for key, value in _read(path).items() if key != "version"}
        found[facts.pop("machine", path.parent.name)] = facts
    return found


def runs(root: Path | str = ROOT) -> pd.DataFrame:
    """One row per result file: which commit, machine and environment it holds."""
    columns = ["machine", "commit", "env", "python", "requirements", "env_vars"]
    rows = []
    for path in _files(Path(root)):
        data = _read(path)
        rows.append([data["params"]["machine"], data["commit_hash"], data["env_name"]])
        rows[-1] += [data["python"], data["requirements"], data.get("env_vars", {})]
    return pd.DataFrame(rows, columns=columns)


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("*/*.json") if path.name != "machine.json")


def _read(path: Path) -> dict[str, Any]:
    """The file as a dict, or one line that names it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as why:
        raise ValueError(f"cannot read {path}: {why}; delete it and measure again") from None
    if not isinstance(data, dict):
        raise ValueError(f"cannot read {path}: not an asv file; delete it and measure again")
    if path.name in ("machine.json", "benchmarks.json"):
        return data
    if data.get("version") != _FORMAT:
        raise ValueError(
            f"cannot read {path}: format {data.get('version')}, this reads {_FORMAT};"
            " bring it up to date with `asv update`"
        )
    needed = {"commit_hash", "date", "env_name", "params", "python", "requirements"}
    missing = sorted((needed | {"result_columns", "results"}) - data.keys())
    if missing or "machine" not in data["params"]:
        lost = ", ".join(missing) or "params.machine"
        raise ValueError(f"cannot read {path}: no {lost} in it; delete it and measure again")
    return data


def _benchmarks(root: Path) -> dict[str, dict[str, Any]]:
    path = root / "benchmarks.json"
    found = _read(path) if path.exists() else {}
    return {name: facts for name, facts in found.items() if isinstance(facts, dict)}


def _rows(data: dict[str, Any], known: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The values of one result file."""
    run = {
        "machine": data["params"]["machine"],
        "commit": data["commit_hash"],
        "date": data["date"],
        "python": data["python"],
        "env": data["env_name"],
    }
    for name, cut in data["results"].items():
        columns = dict(itertools.zip_longest(data["result_columns"], cut))
        facts = known.get(name, {})
        version = columns.get("version")
        if version is not None and version != facts.get("version", version):
            continue
        about = run | _described(name, facts) | {"started": columns.get("started_at")}
        for position, case in enumerate(itertools.product(*(columns.get("params") or []))):
            axes = _axes(case, facts.get("param_names") or [])
            bound = {"tolerance": _bound(about["tolerance"], axes["params"])}
            yield about | axes | bound | _measured(columns, position)


def _described(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "suite": name.split(".")[0],
        "metric": _KIND.sub("", name.rsplit(".", 1)[-1]),
        "benchmark": name,
        "unit": facts.get("unit"),
        "direction": facts.get("direction", "lower"),
        "gate": facts.get("gate"),
        "tolerance": facts.get("tolerance"),
    }


def _axes(case: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    """The parameters of a case by name; asv stores them as repr strings."""
    padded = [*names, *(f"param{i}" for i in range(len(names), len(case)))]
    values = dict(zip(padded, map(_literal, case), strict=False))
    axes = {key: values.pop(key, None) for key in AXES[:3]}
    shape = axes["shape"] or ""
    steps = _STEPS.search(shape)
    axes |= {"T": int(steps[1]) if steps else None, "size": _STEPS.sub("", shape).strip()}
    return axes | {"params": values} | {key: values.get(key) for key in AXES[3:]}


def _bound(tolerance: float | dict[str, float] | None, params: dict[str, Any]) -> float | None:
    """A benchmark's tolerance at a case: one for all, or one per value of an axis (a dtype)."""
    if isinstance(tolerance, dict):
        return next((tolerance[v] for v in params.values() if v in tolerance), None)
    return tolerance


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _measured(columns: dict[str, Any], position: int) -> dict[str, Any]:
    def at(column: str) -> Any:
        values = columns.get(column) or []
        return values[position] if position < len(values) else None

    value, state = at("result"), "failed"
    if isinstance(value, int | float):
        state = "n/a" if math.isnan(value) else "ok" if math.isfinite(value) else "failed"
    if state != "ok":
        return {"value": math.nan, "lo": math.nan, "hi": math.nan, "samples": None, "state": state}
    bounds = [_finite(at("stats_ci_99_a")), _finite(at("stats_ci_99_b"))]
    measured = {"value": float(value), "lo": bounds[0], "hi": bounds[1]}
    return measured | {"samples": at("samples"), "state": state}


def _finite(bound: float | None) -> float:
    return math.nan if bound is None or not math.isfinite(bound) else float(bound)


def _tidy(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("date", "started"):
        frame[column] = pd.to_datetime(frame[column].astype("Int64"), unit="ms", utc=True)
    numbers: Any = {"T": "Int64", "tolerance": float, "value": float, "lo": float, "hi": float}
    return frame.astype(numbers)

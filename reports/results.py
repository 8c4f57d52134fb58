"""Read asv's result files into one table; nothing else in `reports` reads them.

Below its results folder asv writes one JSON file per (machine, commit, environment), and one
`benchmarks.json` with the attributes of each benchmark. In a result file a benchmark is a row of
columns whose trailing nulls are left out; its values have the order of
`itertools.product(*params)`. The state of a value is

* `ok`: a finite number, measured;
* `n/a`: NaN; `setup` raised NotImplementedError, or the case was not selected;
* `failed`: null (an exception, a timeout, a failed build) or anything that is not a finite number.
  When every value failed, asv writes one null in place of the list.

These files do not contain the reason of a failure.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = ".asv/results"
AXES = ("model", "backend", "shape", "dtype", "seed", "convention", "task", "surrogate")
COLUMNS = (
    *("machine", "commit", "date", "started", "python", "env", "suite", "metric", "benchmark"),
    *("unit", "direction", "gate", "tolerance", "serial", *AXES[:3], "T", "size", "params"),
    *(*AXES[3:], "value", "lo", "hi", "samples", "state"),
)
_FORMAT = 2
_KIND = re.compile(r"^(timeraw|time|track|peakmem|mem)_")
_STEPS = re.compile(r"\bT=(\d+)\s*")


def load(root: Path | str = ROOT) -> pd.DataFrame:
    """Return every value below `root`, one row each, with the columns of `COLUMNS`.

    size     the shape without its T: cases of one size make one line over T
    lo, hi   asv's 99 % interval; NaN where asv had too few samples for a finite one
    serial   whether the backend takes one step of the model after the other

    As asv does, leave out rows that were measured with another version of a benchmark than the one
    in `benchmarks.json`.
    """
    root = Path(root)
    attributes = benchmarks(root)
    rows = [row for path in _files(root) for row in _rows(_read(path), attributes)]
    return _typed(rows)


def benchmarks(root: Path | str = ROOT) -> dict[str, dict[str, Any]]:
    """Return the attributes of every benchmark by its name: its axes, unit, tolerance and more."""
    path = Path(root) / "benchmarks.json"
    data = _read(path) if path.exists() else {}
    return {name: entry for name, entry in data.items() if isinstance(entry, dict)}


def machines(root: Path | str = ROOT) -> dict[str, dict[str, str]]:
    """Return what asv recorded of each machine: cpu, ram, os and any extra key such as gpu."""
    by_name = {}
    for path in sorted(Path(root).glob("*/machine.json")):
        facts = {key: str(value) for key, value in _read(path).items() if key != "version"}
        by_name[facts.pop("machine", path.parent.name)] = facts
    return by_name


def runs(root: Path | str = ROOT) -> pd.DataFrame:
    """Return one row per result file: its commit, machine and environment."""
    columns = ["machine", "commit", "env", "python", "requirements", "env_vars"]
    rows = []
    for path in _files(Path(root)):
        data = _read(path)
        rows.append([data["params"]["machine"], data["commit_hash"], data["env_name"]])
        rows[-1] += [data["python"], data["requirements"], data.get("env_vars", {})]
    return pd.DataFrame(rows, columns=columns)


def tolerance_of(
    tolerance: float | Mapping[str, float] | None, params: Mapping[str, Any]
) -> float | None:
    """Return the tolerance of one case of a benchmark, None if it has none.

    `tolerance` is the benchmark's: one number for all cases, or one per value of an axis, such as
    `{"float32": 1e-5, "float64": 1e-12}`. `params` maps the axes of the case to their values.
    """
    if isinstance(tolerance, Mapping):
        return next((tolerance[v] for v in params.values() if v in tolerance), None)
    return tolerance


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("*/*.json") if path.name != "machine.json")


def _read(path: Path) -> dict[str, Any]:
    """Return the file as a dict, or raise ValueError with one line that names it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ValueError(f"cannot read {path}: {error}; delete it and measure again") from None
    if not isinstance(data, dict):
        raise ValueError(f"cannot read {path}: not an asv file; delete it and measure again")
    if path.name in ("machine.json", "benchmarks.json"):
        return data
    if data.get("version") != _FORMAT:
        raise ValueError(
            f"cannot read {path}: format {data.get('version')} instead of {_FORMAT};"
            " update it with `asv update`"
        )
    required = {"commit_hash", "date", "env_name", "params", "python", "requirements"}
    absent = sorted((required | {"result_columns", "results"}) - data.keys())
    if absent or "machine" not in data["params"]:
        names = ", ".join(absent) or "params.machine"
        raise ValueError(f"cannot read {path}: no {names} in it; delete it and measure again")
    return data


def _rows(data: dict[str, Any], attributes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the values of one result file."""
    run = {
        "machine": data["params"]["machine"],
        "commit": data["commit_hash"],
        "date": data["date"],
        "python": data["python"],
        "env": data["env_name"],
    }
    for name, values in data["results"].items():
        columns = dict(itertools.zip_longest(data["result_columns"], values))
        benchmark = attributes.get(name, {})
        version = columns.get("version")
        if version is not None and version != benchmark.get("version", version):
            continue
        started = {"started": columns.get("started_at")}
        for position, point in enumerate(itertools.product(*(columns.get("params") or []))):
            axes = _axes(point, benchmark.get("param_names") or [])
            described = _described(name, benchmark, axes)
            yield run | started | described | axes | _measured(columns, position)


def _described(name: str, benchmark: dict[str, Any], axes: dict[str, Any]) -> dict[str, Any]:
    """Return what the attributes of a benchmark state about one of its cases."""
    serial = benchmark.get("serial", {})  # model -> the backends that take its steps in turn
    return {
        "suite": name.split(".")[0],
        "metric": _KIND.sub("", name.rsplit(".", 1)[-1]),
        "benchmark": name,
        "unit": benchmark.get("unit"),
        "direction": benchmark.get("direction", "lower"),
        "gate": benchmark.get("gate"),
        "tolerance": tolerance_of(benchmark.get("tolerance"), axes["params"]),
        "serial": axes["backend"] in serial.get(axes["model"], ()),
    }


def _axes(point: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    """Return the parameters of a case by name; asv stores them as repr strings."""
    padded = [*names, *(f"param{i}" for i in range(len(names), len(point)))]
    values = dict(zip(padded, map(_literal, point), strict=False))
    axes = {key: values.pop(key, None) for key in AXES[:3]}
    shape = axes["shape"] or ""
    steps = _STEPS.search(shape)
    axes |= {"T": int(steps[1]) if steps else None, "size": _STEPS.sub("", shape).strip()}
    return axes | {"params": values} | {key: values.get(key) for key in AXES[3:]}


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _measured(columns: dict[str, Any], position: int) -> dict[str, Any]:
    """Return the value, interval, samples and state of the case at a position."""

    def at(column: str) -> Any:
        values = columns.get(column) or []
        return values[position] if position < len(values) else None

    value, state = at("result"), "failed"
    if isinstance(value, int | float):
        state = "n/a" if math.isnan(value) else "ok" if math.isfinite(value) else "failed"
    if state != "ok":
        return {"value": math.nan, "lo": math.nan, "hi": math.nan, "samples": None, "state": state}
    lo, hi = (_finite(at(column)) for column in ("stats_ci_99_a", "stats_ci_99_b"))
    return {"value": float(value), "lo": lo, "hi": hi, "samples": at("samples"), "state": state}


def _finite(end: float | None) -> float:
    return math.nan if end is None or not math.isfinite(end) else float(end)


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("date", "started"):
        frame[column] = pd.to_datetime(frame[column].astype("Int64"), unit="ms", utc=True)
    types: Any = {"T": "Int64", "tolerance": float, "serial": bool}
    return frame.astype(types | {"value": float, "lo": float, "hi": float})

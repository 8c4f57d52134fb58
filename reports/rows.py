"""Turn an asv result file into rows: one per case of each benchmark."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from reports import schema

AXES = (
    *("model", "backend", "shape", "dtype", "seed", "convention", "task", "surrogate"),
    *("condition", "neuron"),
)
COLUMNS = (
    *("machine", "commit", "date", "started", "python", "env", "profile", "suite", "metric"),
    *("benchmark", "unit", "direction", "gate", "tolerance", "serial", *AXES[:3], "T", "size"),
    *("params", *AXES[3:], "value", "lo", "hi", "samples", "state"),
)
PROFILE = "SPIKEBENCH_PROFILE"  # asv records it among the environment variables
_KIND = re.compile(r"^(timeraw|time|track|peakmem|mem)_")
_STEPS = re.compile(r"\bT=(\d+)\s*")


def rows(result: schema.Result, attributes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the values of one result file."""
    run = {
        "machine": result.machine,
        "commit": result.commit_hash,
        "date": result.date,
        "python": result.python,
        "env": result.env_name,
        "profile": profile(result),
    }
    for name, row in result.rows().items():
        if attributes and name not in attributes:
            continue
        benchmark = attributes.get(name, {})
        if row.version is not None and row.version != benchmark.get("version", row.version):
            continue
        cases = list(itertools.product(*(row.params or [])))
        if row.result is not None and len(row.result) != len(cases):
            raise ValueError(f"{name}: {len(row.result)} values for {len(cases)} cases")
        for position, case in enumerate(cases):
            axes = _axes(name, case, benchmark.get("param_names") or [])
            described = {"started": row.started_at} | _described(name, benchmark, axes)
            yield run | described | axes | _measured(row, position)


def profile(result: schema.Result) -> str:
    """Return the profile that was measured, "" where asv did not record it."""
    return result.env_vars.get(PROFILE, "")


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


def _axes(benchmark: str, case: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    """Return the parameters of a case by name; asv stores them as repr strings."""
    if names and len(names) != len(case):
        raise ValueError(f"{benchmark} has {len(case)} axes instead of {len(names)}")
    padded = names or [f"param{i}" for i in range(len(case))]
    values = dict(zip(padded, map(_literal, case), strict=True))
    try:
        msgspec.convert(values, schema.Axes)
    except ValueError as error:
        raise ValueError(f"{benchmark}: {error}") from None
    axes = {key: values.pop(key, None) for key in AXES[:3]}
    shape = axes["shape"] or ""
    steps = _STEPS.search(shape)
    axes |= {"T": int(steps[1]) if steps else None, "size": _STEPS.sub("", shape).strip()}
    return axes | {"params": values} | {key: values.get(key) for key in AXES[3:]}


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _measured(row: schema.Row, position: int) -> dict[str, Any]:
    """Return the value, interval, samples and state of the case at a position."""

    def at(values: list[Any] | None) -> Any:
        return values[position] if values and position < len(values) else None

    value = _number(at(row.result))
    state = "failed" if value is None else "n/a" if math.isnan(value) else "ok"
    if value is None or state != "ok":
        return {"value": math.nan, "lo": math.nan, "hi": math.nan, "samples": None, "state": state}
    lo, hi = (_finite(at(ends)) for ends in (row.stats_ci_99_a, row.stats_ci_99_b))
    return {"value": value, "lo": lo, "hi": hi, "samples": at(row.samples), "state": state}


def _number(value: Any) -> float | None:
    """Return a value as a number, NaN if it was skipped; None if it is no finite number."""
    try:
        number = float(value) if type(value) in (int, float) else math.inf
    except OverflowError:
        return None
    return None if math.isinf(number) else number


def _finite(end: float | None) -> float:
    return math.nan if end is None or not math.isfinite(end) else float(end)

"""Turn an asv result file into values, and its parameters into cases, which all files share."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

from reports import schema

AXES = (
    *("model", "backend", "shape", "dtype", "seed", "convention", "task", "surrogate"),
    *("condition", "neuron"),
)
CASE = (
    *("suite", "metric", "benchmark", "unit", "direction", "gate", "tolerance", "serial"),
    *(*AXES[:3], "T", "size", "params", *AXES[3:]),
)
COLUMNS = (
    *("machine", "commit", "date", "started", "python", "env", "profile", *CASE),
    *("value", "lo", "hi", "samples", "state"),
)
STATES = ("ok", "n/a", "failed")
_OK, _SKIPPED, _FAILED = range(3)
_KINDS = (np.int32, float, float, float, float, np.int8, object)  # of the columns of Values
Array = npt.NDArray[Any]
PROFILE = "SPIKEBENCH_PROFILE"  # asv records it among the environment variables
_KIND = re.compile(r"^(timeraw|time|track|peakmem|mem)_")
_STEPS = re.compile(r"\bT=(\d+)\s*")


class Values(NamedTuple):
    """What was measured in one result file: an array per column, with one entry per value."""

    case: Array  # its place in the table of cases
    started: Array  # ms since 1970, NaN where it is not recorded
    value: Array
    lo: Array
    hi: Array
    state: Array  # its place in STATES
    samples: Array


class Cases:
    """The cases of all result files: what they have in common is kept once."""

    def __init__(self, attributes: dict[str, dict[str, Any]]) -> None:
        self.attributes = attributes
        self._cases: list[dict[str, Any]] = []
        self._places: dict[Any, Array] = {}

    def places(self, name: str, params: list[list[str]]) -> Array:
        """Return the place of each case of a benchmark in `described`."""
        key = (name, tuple(map(tuple, params)))
        if key not in self._places:
            benchmark, first = self.attributes.get(name, {}), len(self._cases)
            names = benchmark.get("param_names") or []
            axes = [_axes(name, case, names) for case in itertools.product(*params)]
            self._cases += [_described(name, benchmark, of_case) | of_case for of_case in axes]
            self._places[key] = np.arange(first, len(self._cases), dtype=np.int32)
        return self._places[key]

    def described(self) -> pd.DataFrame:
        """Return a row per case: its benchmark and its axes."""
        frame = pd.DataFrame(self._cases, columns=list(CASE))
        return frame.astype({"T": "Int64", "tolerance": float, "serial": bool})


def values(result: schema.Result, cases: Cases) -> Values:
    """Return the values of one result file."""
    parts = []
    for name, row in result.rows().items():
        if cases.attributes and name not in cases.attributes:
            continue
        benchmark = cases.attributes.get(name, {})
        if row.version is not None and row.version != benchmark.get("version", row.version):
            continue
        places = cases.places(name, row.params or [])
        if row.result is not None and len(row.result) != len(places):
            raise ValueError(f"{name}: {len(row.result)} values for {len(places)} cases")
        parts.append(_measured(row, places))
    return joined(parts)


def joined(parts: Iterable[Values]) -> Values:
    """Return the values of all parts, one after the other."""
    none = Values(*(np.empty(0, kind) for kind in _KINDS))
    return Values(*map(np.concatenate, zip(none, *parts, strict=True)))


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


def _measured(row: schema.Row, places: Array) -> Values:
    """Return the values of one benchmark, with their intervals, samples and states."""
    numbers = [None] * len(places) if row.result is None else [*map(_number, row.result)]
    value = np.array(numbers, float)
    failed = np.array([number is None for number in numbers], bool)
    state = np.where(failed, _FAILED, np.where(np.isnan(value), _SKIPPED, _OK)).astype(np.int8)
    lo, hi = (_ends(column, state) for column in (row.stats_ci_99_a, row.stats_ci_99_b))
    samples = np.full(len(places), None, object)
    for place, of_case in enumerate((row.samples or [])[: len(places)]):
        samples[place] = of_case if state[place] == _OK else None
    started = np.full(len(places), math.nan if row.started_at is None else row.started_at, float)
    return Values(places, started, value, lo, hi, state, samples)


def _ends(column: list[float | None] | None, state: Array) -> Array:
    """Return one end of the interval of each value; NaN where asv has none."""
    ends = np.full(len(state), math.nan)
    given = np.array((column or [])[: len(ends)], float)
    ends[: len(given)] = given
    return np.where(np.isfinite(ends) & (state == _OK), ends, math.nan)


def _number(value: Any) -> float | None:
    """Return a value as a number, NaN if it was skipped; None if it is no finite number."""
    try:
        number = float(value) if type(value) in (int, float) else math.inf
    except OverflowError:
        return None
    return None if math.isinf(number) else number

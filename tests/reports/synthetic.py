"""asv result files with numbers that are known beforehand, written by asv's own classes."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asv.results import Results
from asv.runner import BenchmarkResult

JUNE = 1_780_000_000_000  # a commit date, in asv's milliseconds
Value = float | list[float] | None


def write(
    root: Path,
    benchmarks: dict[str, dict[str, Any]],
    value: Callable[..., Value],
    *,
    machine: str = "box",
    commit: str = "a" * 40,
    date: int = JUNE,
    requirements: dict[str, str] | None = None,
    facts: dict[str, str] | None = None,
) -> Path:
    """One result file, its machine file and `benchmarks.json`; returns the result file.

    `benchmarks` maps an asv name to its axes (`params`: name -> values) and any attributes.
    `value(name, **axes)` gives a number, NaN (skipped), None (failed) or a list of samples.
    """
    about = {"machine": machine, "cpu": "Test CPU", "num_cpu": "2", "ram": "8000000000"}
    about |= {"os": "Linux", "arch": "x86_64"} | (facts or {})
    needs = {"torch": "2.13.0"} if requirements is None else requirements
    results = Results(about, needs, commit, date, "3.11", "virtualenv-py3.11", {})
    known: dict[str, Any] = {"version": 2}
    for name, spec in benchmarks.items():
        axes = spec.get("params", {})
        entry = {"unit": "seconds", "version": "1", **spec, "name": name}
        entry["param_names"] = list(axes)
        entry["params"] = [[repr(v) for v in values] for values in axes.values()]
        known[name] = entry
        cases = [dict(zip(axes, case, strict=True)) for case in itertools.product(*axes.values())]
        results.add_result(entry, _result([value(name, **case) for case in cases]),
                           duration=1.0, record_samples=True)  # fmt: skip
    results.save(str(root))
    (root / machine / "machine.json").write_text(json.dumps(about | {"version": 1}))
    (root / "benchmarks.json").write_text(json.dumps(known))
    return root / machine / f"{commit[:8]}-virtualenv-py3.11.json"


def _result(values: list[Value]) -> BenchmarkResult:
    samples = [value if isinstance(value, list) else None for value in values]
    return BenchmarkResult(
        result=[math.fsum(v) / len(v) if isinstance(v, list) else v for v in values],
        samples=samples,
        number=[1 if some else None for some in samples],
        errcode=0,
        stderr="",
        profile=None,
    )

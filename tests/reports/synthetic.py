"""Write asv result files with known numbers, by asv's own classes."""

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
    profile: str = "",
) -> Path:
    """Write one result file, its machine file and `benchmarks.json`; return the result file.

    `benchmarks` maps an asv name to its axes (`params`: name -> values) and any attributes.
    `value(name, **axes)` gives a number, NaN (skipped), None (failed) or a list of samples.
    """
    machine_facts = {"machine": machine, "cpu": "Test CPU", "num_cpu": "2", "ram": "8000000000"}
    machine_facts |= {"os": "Linux", "arch": "x86_64"} | (facts or {})
    versions = {"torch": "2.13.0"} if requirements is None else requirements
    environment = f"virtualenv-py3.11{'-' if profile else ''}{profile}"
    variables = {"SPIKEBENCH_PROFILE": profile} if profile else {}
    results = Results(machine_facts, versions, commit, date, "3.11", environment, variables)
    entries: dict[str, Any] = {"version": 2}
    for name, attributes in benchmarks.items():
        axes = attributes.get("params", {})
        entry = {"unit": "seconds", "version": "1", **attributes, "name": name}
        entry["param_names"] = list(axes)
        entry["params"] = [[repr(v) for v in values] for values in axes.values()]
        entries[name] = entry
        cases = [dict(zip(axes, case, strict=True)) for case in itertools.product(*axes.values())]
        results.add_result(entry, _result([value(name, **case) for case in cases]),
                           duration=1.0, record_samples=True)  # fmt: skip
    results.save(str(root))
    (root / machine / "machine.json").write_text(json.dumps(machine_facts | {"version": 1}))
    (root / "benchmarks.json").write_text(json.dumps(entries, sort_keys=True))  # as asv does
    return root / machine / f"{commit[:8]}-{environment}.json"


def _result(values: list[Value]) -> BenchmarkResult:
    samples = [value if isinstance(value, list) else None for value in values]
    return BenchmarkResult(
        result=[math.fsum(v) / len(v) if isinstance(v, list) else v for v in values],
        samples=samples,
        number=[None if sample is None else 1 for sample in samples],
        errcode=0,
        stderr="",
        profile=None,
    )

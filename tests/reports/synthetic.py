"""Write asv result files with known numbers, by asv's own classes."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterable
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
    samples: bool = True,
) -> Path:
    """Write one result file, its machine file and `benchmarks.json`; return the result file.

    `benchmarks` maps an asv name to its axes (`params`: name -> values) and any attributes.
    `value(name, **axes)` gives a number, NaN (skipped), None (failed) or a list of samples, which
    are kept unless `samples` is false.
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
                           duration=1.0, record_samples=samples)  # fmt: skip
    results.save(str(root))
    (root / machine / "machine.json").write_text(json.dumps(machine_facts | {"version": 1}))
    (root / "benchmarks.json").write_text(json.dumps(entries, sort_keys=True))  # as asv does
    return root / machine / f"{commit[:8]}-{environment}.json"


def write_history(
    root: Path,
    benchmarks: dict[str, dict[str, Any]],
    value: Callable[..., Value],
    *,
    commits: int,
    machines: Iterable[str],
) -> None:
    """Write a result file per commit and machine, each with one percent more than the last.

    asv's classes write the first of each machine; the others are copies of it with other numbers.
    """
    common: Any = {"commit": _commit(0), "profile": "cpu", "samples": False}
    for machine in machines:
        first = write(root, benchmarks, value, machine=machine, **common)
        content = json.loads(first.read_text())
        started = content["result_columns"].index("started_at")
        for number in range(1, commits):
            copy = content | {"commit_hash": _commit(number), "date": JUNE + number * 1000}
            copy["results"] = {
                name: _grown(columns, 1.01**number, started, number * 1000)
                for name, columns in content["results"].items()
            }
            name = first.name.replace(_commit(0)[:8], _commit(number)[:8])
            first.with_name(name).write_text(json.dumps(copy))


def _commit(number: int) -> str:
    return f"{number + 1:08x}" * 5


def _grown(columns: list[Any], factor: float, started: int, later: int) -> list[Any]:
    """Return the columns of a benchmark with its values grown, measured later."""
    grown = [
        [None if value is None else value * factor for value in column]
        if isinstance(column, list) and all(isinstance(v, float | None) for v in column)
        else column
        for column in columns
    ]
    grown[started] += later
    return grown


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

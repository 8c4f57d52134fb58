"""Run findings: every seed of each in a process of its own, kept as a record when it ends."""

from __future__ import annotations

import importlib
import math
import os
import pkgutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

import neurons
from suites import findings, records
from suites.accuracy import content
from suites.accuracy.content import MODELS
from suites.accuracy.executors import local
from suites.accuracy.job import Failure, line
from suites.findings.finding import Facts, Finding, row
from suites.records import Origin, Record

DEVICE = "cpu"  # of every experiment
CORE = ("__main__", "finding", "run", "suite")


class Job(NamedTuple):
    """One seed of a finding."""

    name: str
    seed: int


class Failed(NamedTuple):
    """A finding without a verdict, and why, in one line."""

    name: str
    reason: str


Found = dict[str, Any]  # of one seed: figure (None if not finite), numbers, pictures, seconds


def names() -> list[str]:
    """Return the findings: the other files of this folder."""
    modules = (module.name for module in pkgutil.iter_modules(findings.__path__))
    return sorted(n for n in modules if n not in CORE and not n.startswith("_"))


def get(name: str) -> Finding:
    """Return the finding of a file; raise ValueError with the known names if there is none."""
    return _module(neurons.one_of("no finding", name, names())).FINDING


def run(
    wanted: Mapping[str, int], file: Path, workers: int | None = None
) -> Iterator[Record | Failed]:
    """Yield the record of each finding with so many seeds, or why there is none, as they end.

    What the store has is not run again.
    """
    origins = {name: _origin(name) for name in wanted}
    jobs = [Job(name, seed) for name, seeds in wanted.items() for seed in range(seeds)]
    found: dict[Job, Found | Failure] = dict(_known(file, jobs, origins))
    missing = [job for job in jobs if job not in found]
    for job, outcome in _outcomes(missing, workers):
        found[job] = outcome
        if not isinstance(outcome, Failure):
            origin = _of_seed(origins[job.name], job.seed)
            records.add(file, [records.record("finding-seed", job.name, origin, outcome)])
        yield from _complete([job.name], wanted, found, origins, file)
    done = {job.name for job in missing}
    yield from _complete([n for n in wanted if n not in done], wanted, found, origins, file)


def _complete(
    ended: Sequence[str],
    wanted: Mapping[str, int],
    found: Mapping[Job, Found | Failure],
    origins: Mapping[str, Origin],
    file: Path,
) -> Iterator[Record | Failed]:
    """Yield the outcome of those findings all of whose seeds are there."""
    for name in ended:
        jobs = [Job(name, seed) for seed in range(wanted[name])]
        if any(job not in found for job in jobs):
            continue
        outcomes = [found[job] for job in jobs]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        if failures:
            yield Failed(name, failures[0].reason)
            continue
        seeds = [outcome for outcome in outcomes if not isinstance(outcome, Failure)]
        origin = origins[name]._replace(options=f"{len(jobs)} seeds")
        kept = records.record("finding", name, origin, summary(name, seeds))
        records.add(file, [kept])
        yield kept


def summary(name: str, seeds: Sequence[Found]) -> dict[str, Any]:
    """Return the content of a finding's record: its row, and what the report shows beside it."""
    finding = get(name)
    facts = [Facts(math.nan if s["figure"] is None else s["figure"]) for s in seeds]
    return {
        **row(name, finding, facts, sum(s["seconds"] for s in seeds)),
        "measured": finding.figure,
        "accept": [end if math.isfinite(end) else None for end in finding.accept],
        "scale": finding.scale,
        "models": [*finding.models],
        "command": f"python -m suites.findings {name}",
        "figures": [s["figure"] for s in seeds],
        "numbers": _means([s["numbers"] for s in seeds]),
        "pictures": seeds[0]["pictures"],
    }


def attempt(job: Job) -> Found | Failure:
    """Return what the experiment finds for a seed, or why it finds nothing."""
    start = time.perf_counter()
    try:
        facts = measure(job.name, job.seed)
    except Exception as error:
        return Failure(line(error))
    finite = {name: v if math.isfinite(v) else None for name, v in facts.numbers.items()}
    return {
        "figure": facts.figure if math.isfinite(facts.figure) else None,
        "numbers": finite,
        "pictures": [*facts.pictures],
        "seconds": time.perf_counter() - start,
    }


def _outcomes(jobs: Sequence[Job], workers: int | None) -> Iterator[tuple[Job, Found | Failure]]:
    """Run jobs in processes, by default one per core, and yield them as they end."""
    return local.run(attempt, jobs, workers or len(os.sched_getaffinity(0)))


def _known(
    file: Path, jobs: Sequence[Job], origins: Mapping[str, Origin]
) -> Iterator[tuple[Job, Found]]:
    kept = {(r.name, r.key): r.content for r in records.read(file, "finding-seed")}
    for job in jobs:
        key = records.key_of(_of_seed(origins[job.name], job.seed))
        if (job.name, key) in kept:
            yield job, kept[job.name, key]


def _origin(name: str) -> Origin:
    """Return what a finding depends on: its own code, that of its models, and what these import."""
    models = (f"{MODELS}.{model}" for model in get(name).models)
    modules = [f"{findings.__name__}.{name}", __name__, *content.shared(), *models]
    return Origin(content.digest(content.reached(modules)), DEVICE)


def _of_seed(origin: Origin, seed: int) -> Origin:
    return origin._replace(options=f"seed {seed}")


def _means(numbers: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Return the mean over seeds of each number; None if one of them is not finite."""

    def mean(values: list[float | None]) -> float | None:
        finite = [value for value in values if value is not None]
        return sum(finite) / len(finite) if len(finite) == len(values) else None

    return {name: mean([one.get(name) for one in numbers]) for name in numbers[0]}


def measure(name: str, seed: int = 0) -> Facts:
    """Return the facts of one seed; an exact finding has no other."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _module(name).measure(seed)


def _module(name: str) -> Any:
    return importlib.import_module(f"{findings.__name__}.{name}")

"""A grid: every task with every network, model, condition, recipe and seed.

What the store has is not trained again, so an interrupted grid goes on where it was. A failed trial
is tried again.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import neurons
from suites import conditions, records
from suites.accuracy import content, curves, data, executors, networks, recipes, store
from suites.accuracy.job import Job, Train, attempt
from suites.accuracy.store import Row
from suites.accuracy.trial import Result, Trial


class Axes(NamedTuple):
    """The names on the axes of a grid. Without models all, without networks each task's own."""

    tasks: Sequence[str]
    models: Sequence[str] = ()
    conditions: Sequence[str] = ("own",)
    recipes: Sequence[str] = ("tiny",)
    networks: Sequence[str] = ()
    seeds: int = 5


class Place(NamedTuple):
    """Where a grid runs, and where it keeps what it has.

    Attributes
    ----------
    workers
        How many trainings run at a time; None: as many as fit.
    placement
        Options of Ray for a worker.
    checkpoints
        The folder in which a training is kept after every epoch, until its trial ends.
    """

    store: Path
    executor: str = "local"
    workers: int | None = None
    placement: Mapping[str, Any] = {}
    checkpoints: Path | None = None


def trials(axes: Axes, root: Path | None = None) -> list[Trial]:
    """Return the trials of a grid, each once; raise ValueError for a name that is unknown."""
    _check("task", axes.tasks, data.names())
    _check("neuron", axes.models, neurons.names())
    _check("condition", axes.conditions, conditions.CONDITIONS)
    _check("recipe", axes.recipes, recipes.RECIPES)
    _check("network", axes.networks, networks.names())
    if axes.seeds < 1:
        raise ValueError(f"{axes.seeds} seeds are not allowed; it must be 1 or more")
    rest = (axes.models or neurons.names(), axes.conditions, axes.recipes, range(axes.seeds))
    found = (
        Trial(task, network, *names)
        for task in axes.tasks
        for network in axes.networks or [data.load(task, root).network]
        for names in itertools.product(*rest)
    )
    return list(dict.fromkeys(found))


def _check(axis: str, names: Sequence[str], known: Iterable[str]) -> None:
    for name in names:
        neurons.one_of(f"no {axis}", name, known)


def run(wanted: Sequence[Trial], place: Place, train: Train) -> list[Row]:
    """Train what the store lacks, and return a row for each trial, in their order.

    Raise ValueError if the store cannot be used, or the executor is unknown or not installed.
    """
    from tqdm import tqdm  # not installed where asv imports this module

    if place.workers is not None and place.workers < 1:
        raise ValueError(f"{place.workers} workers are not allowed; it must be 1 or more")
    executor = executors.get(place.executor)
    rows = results(place.store)
    jobs = _jobs(wanted, executor.device(), place.checkpoints)
    missing = [job for job in jobs if job.key not in rows]
    commit = content.commit()
    arguments = (partial(attempt, train), missing, place.workers, place.placement)
    with (
        closing(executor.run(*arguments)) as outcomes,
        tqdm(outcomes, total=len(missing), unit="trial", leave=False, disable=None) as bar,
    ):
        for job, outcome in bar:
            if isinstance(outcome, Result):  # before its row, with which the trial is done
                records.add(place.store, [curves.record(job.trial, job.content, outcome)])
            rows[job.key] = store.row(job, outcome, commit)
            store.add(place.store, [rows[job.key]])
            if job.checkpoints:
                shutil.rmtree(job.checkpoints, ignore_errors=True)
    return [rows[job.key] for job in jobs]


def results(file: Path) -> dict[str, Row]:
    """Return the results of a store by key, without failures; none if there is no file yet."""
    return {row.key: row for row in (store.read(file) if file.exists() else []) if not row.failure}


def _jobs(wanted: Iterable[Trial], device: str, checkpoints: Path | None) -> list[Job]:
    """Return the jobs of the trials. Their code is that of their task, network and model."""
    wanted = list(wanted)
    contents = {
        names: content.of(trial, device)
        for names, trial in {trial[:3]: trial for trial in wanted}.items()
    }
    jobs = [Job(trial, contents[trial[:3]]) for trial in wanted]
    return [job._replace(checkpoints=checkpoints and checkpoints / job.key[:16]) for job in jobs]

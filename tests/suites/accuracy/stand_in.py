"""Stand for the trainer: results at once that follow from the trial, and all that can go wrong."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from suites.accuracy import content, grid, store
from suites.accuracy.job import Job
from suites.accuracy.store import Row
from suites.accuracy.trial import Result, Trial

MODELS = ("clif", "dsn", "lif", "psn")
WANTED = [
    Trial(task, "mlp", model, "own", "tiny", seed)
    for task in ("digits", "other")
    for model in MODELS
    for seed in range(3)
]
DEATHS = {WANTED[5]: 3, WANTED[12]: 1}  # how many workers a trial kills


class Here:
    """An executor without workers, for what does not depend on them."""

    @staticmethod
    def device() -> str:
        return "cpu"

    @staticmethod
    def run(function, jobs, workers, placement) -> Iterator[tuple]:
        yield from ((job, function(job)) for job in jobs)


def train(trial: Trial, checkpoints: Path | None = None) -> Result:
    """Return a result that only this trial has."""
    order = MODELS.index(trial.model) / 10 + (trial.task == "digits")
    return Result(order + trial.seed / 1000, order * math.pi, trial.seed / 7, 0.25, (1 / 3, 0.25))


def slow(trial: Trial, checkpoints: Path | None = None) -> Result:
    time.sleep(0.1)
    return train(trial)


def fails(trial: Trial, checkpoints: Path | None = None) -> Result:
    """Fail with some models, each in its way."""
    if trial.model == "clif":
        raise ValueError("tau = 0 is not allowed; it must be > 1\nand a second line")
    if trial.model == "dsn":
        return train(trial)._replace(loss=math.nan)
    if trial.model == "psn":
        raise KeyError("psn")
    return train(trial)


def dies(folder: Path, trial: Trial, checkpoints: Path | None = None) -> Result:
    """Kill the worker of a trial as often as DEATHS says; leave a mark in the folder each time."""
    name = f"{trial.task}-{trial.model}-{trial.seed}"
    starts = len([*folder.glob(f"{name}-*")])
    (folder / f"{name}-{starts}").touch()
    if starts < DEATHS.get(trial, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    return train(trial)


def rows(trials: list[Trial] = WANTED, code: str | None = None) -> list[Row]:
    """Return the rows of trials that have ended; of the code as it is, or of a made-up one."""
    contents = [content.of(trial, "cpu") for trial in trials]
    contents = [c if code is None else c._replace(code=code) for c in contents]
    pairs = zip(trials, contents, strict=True)
    return [store.row(Job(trial, content), train(trial), "abc") for trial, content in pairs]


def values(rows_of_run: list[Row]) -> list[tuple]:
    """Return all of the rows but the commit and the time, which two runs need not share."""
    return [row[: Row._fields.index("commit")] for row in rows_of_run]


def run(folder: Path, trainer=train, executor: str = "local", **options) -> list[Row]:
    """Run the grid of WANTED with two workers and a store in the folder."""
    place = grid.Place(folder / "store.sqlite", executor, workers=2, **options)
    return grid.run(WANTED, place, trainer)

"""Test error, loss and rate of the network trained for each task, per neuron, condition and seed.

Each task is trained once for all figures, with its own network and the recipe `tiny`. The figures
are those after the last epoch: none is selected by the test set. Learning curves become records.
"""

import itertools
import multiprocessing
import os
from collections.abc import Iterator
from typing import Any

from suites import cases, conditions, records
from suites.accuracy import content, curves, tasks, trainer
from suites.accuracy.trial import Result, Trial
from suites.metric import metric
from suites.profiles import profile
from suites.records import Record

RECIPE = "tiny"
AXES = (
    cases.models(),
    list(profile().tasks),
    list(profile().conditions),
    list(range(profile().seeds)),
)
UNMET = conditions.Unmet(cases.models(), profile().conditions)

Point = tuple[str, str, str, int]  # model, task, condition and seed
Results = dict[Point, Result | Exception]


def setup_cache() -> Results:
    """Return what comes of the trial at every point of the axes, or its error; keep the curves."""
    points = list(itertools.product(*AXES))
    if cases.device().type == "cuda":
        results = dict(zip(points, map(attempt, points), strict=True))
    else:
        # A forked process has what asv imported ahead of time.
        with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
            results = dict(zip(points, pool.map(attempt, points, chunksize=1), strict=True))
    records.offer(records.STORE, curves_of(results))
    return results


vars(setup_cache).update(timeout=4 * 3600)


def attempt(point: Point) -> Result | Exception:
    """Return what comes of a trial, or the error that it raised."""
    try:
        return trainer.run(trial_at(point))
    except Exception as error:
        return error


def trial_at(point: Point) -> Trial:
    """Return the trial at a point of the axes."""
    model, task, condition, seed = point
    return Trial(task, tasks.load(task).network, model, condition, RECIPE, seed)


def curves_of(results: Results) -> Iterator[Record]:
    """Yield the records of the learning curves, without those of trials that failed."""
    device = cases.device().type
    for point, result in results.items():
        if isinstance(result, Result):
            trial = trial_at(point)
            yield curves.record(trial, content.of(trial, device), result)


class Accuracy:
    """The figures of one training on the test set."""

    params = AXES
    param_names = ("model", "task", "condition", "seed")

    def setup(self, results: Results, *point: Any) -> None:
        result = results[point]
        if isinstance(result, Exception):
            raise result  # NotImplementedError means n/a
        self.result = result

    # Version 3: trained by the fastest backend.
    @metric(unit="fraction", unmet=UNMET, version="3")
    def track_test_error(self, results: Results, *point: Any) -> float:
        return self.result.error

    @metric(unit="nats", unmet=UNMET)
    def track_test_loss(self, results: Results, *point: Any) -> float:
        return self.result.loss

    @metric(unit="spikes/neuron/step", unmet=UNMET)
    def track_rate(self, results: Results, *point: Any) -> float:
        return self.result.rate

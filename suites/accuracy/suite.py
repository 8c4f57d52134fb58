"""Test error, loss and rate of the network trained for each task, per neuron, condition and seed.

Each task is trained once for all figures, with its own network and the recipe `tiny`. The figures
are those after the last epoch: none is selected by the test set.
"""

import itertools
import multiprocessing
import os
from typing import Any

from suites import cases, conditions
from suites.accuracy import tasks, trainer
from suites.accuracy.trial import Result, Trial
from suites.metric import metric
from suites.profiles import profile

RECIPE = "tiny"
AXES = (
    cases.models(),
    list(profile().tasks),
    list(profile().conditions),
    list(range(profile().seeds)),
)
UNMET = conditions.Unmet(cases.models(), profile().conditions)

Results = dict[tuple[Any, ...], Result | Exception]  # by model, task, condition and seed


def setup_cache() -> Results:
    """Return what comes of the trial at every point of the axes, or its error."""
    points = list(itertools.product(*AXES))
    if cases.device().type == "cuda":
        return dict(zip(points, map(attempt, points), strict=True))
    # A forked process has what asv imported ahead of time.
    with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
        return dict(zip(points, pool.map(attempt, points, chunksize=1), strict=True))


vars(setup_cache).update(timeout=4 * 3600)


def attempt(point: tuple[str, str, str, int]) -> Result | Exception:
    """Return what comes of a trial, or the error that it raised."""
    model, task, condition, seed = point
    try:
        network = tasks.load(task).network
        return trainer.run(Trial(task, network, model, condition, RECIPE, seed))
    except Exception as error:
        return error


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

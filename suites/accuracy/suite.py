"""Test error, loss and rate of the network trained for each task, per neuron, condition and seed.

Each task is trained with its own network and the recipe `tiny`. The figures are those after the
last epoch: none is selected by the test set.
"""

from functools import cache

from suites import cases, conditions
from suites.accuracy import tasks, trainer
from suites.accuracy.trial import Result, Trial
from suites.metric import metric
from suites.profiles import profile

RECIPE = "tiny"
UNMET = conditions.Unmet(cases.models(), profile().conditions)


@cache
def result(model: str, task: str, condition: str, seed: int) -> Result:
    """Return what comes of a trial, once per process: asv calls `setup` several times."""
    network = tasks.load(task).network
    return trainer.run(Trial(task, network, model, condition, RECIPE, seed))


class Accuracy:
    """The figures of one training on the test set."""

    params = (
        cases.models(),
        tasks.names(),
        list(profile().conditions),
        list(range(profile().seeds)),
    )
    param_names = ("model", "task", "condition", "seed")
    timeout = 300

    def setup(self, model: str, task: str, condition: str, seed: int) -> None:
        self.result = result(model, task, condition, seed)

    # Version 3: trained by the fastest backend.
    @metric(unit="fraction", unmet=UNMET, version="3")
    def track_test_error(self, model: str, task: str, condition: str, seed: int) -> float:
        return self.result.error

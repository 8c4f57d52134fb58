"""Test error of a small network trained with each neuron, per task, condition and seed."""

from suites import cases, conditions
from suites.accuracy import tasks, trainer
from suites.metric import metric
from suites.profiles import profile

UNMET = conditions.Unmet(cases.models(), profile().conditions)


class Accuracy:
    """The error on the test set after the last epoch; no epoch is selected by it."""

    params = (
        cases.models(),
        tasks.names(),
        list(profile().conditions),
        list(range(profile().seeds)),
    )
    param_names = ("model", "task", "condition", "seed")
    timeout = 300

    def setup(self, model: str, task: str, condition: str, seed: int) -> None:
        self.trained = trainer.trained(model, task, condition, seed)

    # Version 2: GLIF has a conductance for every step of the task.
    @metric(unit="fraction", unmet=UNMET, version="2")
    def track_test_error(self, model: str, task: str, condition: str, seed: int) -> float:
        return self.trained.error

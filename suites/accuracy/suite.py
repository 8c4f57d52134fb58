"""Test error of a small network trained with each neuron, per task and seed."""

from suites import cases
from suites.accuracy import tasks, trainer
from suites.metric import metric
from suites.profiles import profile


class Accuracy:
    """The error on the test set after the last epoch; no epoch is selected by it."""

    params = (cases.models(), tasks.names(), list(range(profile().seeds)))
    param_names = ("model", "task", "seed")
    timeout = 300

    def setup(self, model: str, task: str, seed: int) -> None:
        self.trained = trainer.trained(model, task, seed)

    @metric(unit="fraction")
    def track_test_error(self, model: str, task: str, seed: int) -> float:
        return self.trained.error

"""What comes of a training: the gate compares it between two commits, seed by seed."""

from __future__ import annotations

from suites.accuracy import tasks, trainer
from suites.accuracy.trial import Trial

TASKS = ("digits", "rows")


def train(model: str, task: str, seed: int) -> dict[str, float]:
    """Return the test error, a fraction, and the spikes per neuron and step of a trained network.

    It has the model's default options: a changed default is judged like any other change. Raise
    FloatingPointError for a loss that is not finite.
    """
    network = tasks.load(task).network
    result = trainer.run(Trial(task, network, model, "own", "tiny", seed))
    return {"error": result.error, "rate": result.rate}

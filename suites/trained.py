"""What comes of a training: the gate compares it between two commits, seed by seed."""

from __future__ import annotations

from suites import cases
from suites.accuracy import recipes, tasks, trainer
from suites.accuracy.trial import Trial
from suites.energy.collect import collect
from suites.profiles import profile

COUNTED = 128  # samples of the test set whose operations are counted


def train(model: str, task: str, seed: int) -> dict[str, float]:
    """Return the test error of a trained network, a fraction, and what it spends.

    Return nothing for a task that is none of the profile's.

    That is its `rate`, spikes per neuron and step, and its `ac` and `mac`, accumulations and
    multiply-accumulates per sample. The model has its default options: a changed default is judged
    like any other change. Raise FloatingPointError for a loss that is not finite.
    """
    if task not in profile().tasks:
        return {}
    loaded = tasks.load(task)
    trial = Trial(task, loaded.network, model, "own", "tiny", seed)
    trained = trainer.train(trial, loaded, recipes.get(trial.recipe))
    x = loaded.test.x[:, :COUNTED].to(cases.device())
    ledger = collect(trained.network, x)
    spent = {"rate": trained.score.rate, "ac": ledger.acs, "mac": ledger.macs}
    return {"error": trained.score.error, **spent}

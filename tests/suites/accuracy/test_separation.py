"""The tasks tell neurons apart, and a broken neuron from a sound one.

The figures are those of whole trainings, a second each. The recipe `tiny`, few seeds: where two
are compared, all seeds must agree or the intervals must be apart.
"""

import statistics

import pytest

import neurons
from suites import cases, conditions
from suites.accuracy import losses, recipes, scoring, tasks, trainer
from suites.accuracy.trial import Trial
from suites.conditions import Applied

pytestmark = pytest.mark.slow

T_95 = 2.776  # Student's t for a 95 % interval of 5 seeds
MARGIN = 0.03  # what a fault has to cost, on every seed
NO_GRADIENT = neurons.surrogate("rect", height=1e-30)
FAULTS = {  # options of the layer, and the model and the task that show it
    "no surrogate gradient": (
        {"surrogate": NO_GRADIENT},
        "lif",
        "rows",
    ),
    "tau halved": ({"tau": 1.0001}, "lif", "yin_yang"),
    "input decays": ({"decay_input": True}, "lif", "yin_yang"),
    "state detached": ({"truncate": 1}, "iaf", "recall"),
}


def errors(task: str, model: str, seeds: int, condition: str = "own") -> list[float]:
    network = tasks.load(task).network
    trials = [Trial(task, network, model, condition, "tiny", seed) for seed in range(seeds)]
    return [trainer.run(trial).error for trial in trials]


def test_rows_are_hardest_for_lif():
    """Of the neurons that the DSN paper compares, by more than the 95 % intervals."""

    def interval(model: str) -> tuple[float, float]:
        found = errors("rows", model, 5)
        half = T_95 * statistics.stdev(found) / 5**0.5
        return statistics.fmean(found) - half, statistics.fmean(found) + half

    least, _ = interval("lif")
    assert all(interval(model)[1] < least for model in ("sliding_psn", "dsn", "psn"))


def test_lif_forgets_what_others_recall():
    (lif,) = errors("recall", "lif", 1)
    assert lif > 0.8, "chance is 0.875"
    assert all(errors("recall", model, 1)[0] < 0.02 for model in ("iaf", "ipsu", "psn", "tclif"))


@pytest.mark.exhaustive
def test_no_model_fails_on_static_digits():
    """Under `matched`, none is more than 3 points worse than LIF."""
    error = {m: statistics.fmean(errors("digits", m, 2, "matched")) for m in cases.models()}
    assert {m: e for m, e in error.items() if e > error["lif"] + 0.03} == {}


def plant(monkeypatch: pytest.MonkeyPatch, options: dict[str, object]) -> None:
    monkeypatch.setattr(conditions, "apply", lambda *_: Applied(options))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_more_than_the_margin(monkeypatch, fault):
    options, model, task = FAULTS[fault]
    sound = errors(task, model, 3)
    plant(monkeypatch, options)
    broken = errors(task, model, 3)
    assert min(b - s for b, s in zip(broken, sound, strict=True)) > MARGIN


def test_a_missing_reset_costs_where_neurons_with_one_are_the_target(monkeypatch):
    """Elsewhere LIF without a reset errs no more: it is a linear filter before a threshold."""
    task, trial = tasks.load("mimic"), Trial("mimic", "mlp", "lif", "own", "tiny", 0)
    recipe = recipes.get("tiny")._replace(epochs=2)
    sound = trainer.train(trial, task, recipe).score.error
    plant(monkeypatch, {"reset": "none"})
    assert trainer.train(trial, task, recipe).score.error > 2 * sound


def test_a_filter_that_runs_backwards_costs_a_trained_dsn():
    """Trained with it, DSN learns the taps in the other order, and nothing is lost."""
    task = tasks.load("rows")
    for seed in range(3):
        trained = trainer.train(
            Trial("rows", "mlp", "dsn", "own", "tiny", seed), task, recipes.get("tiny")
        )
        (layer,) = (m for m in trained.network.modules() if isinstance(m, neurons.Layer))
        layer.conv_weight.data = layer.conv_weight.data.flip(1).contiguous()
        broken = scoring.score(trained.network, task.test, losses.get(task.loss)).error
        assert broken > trained.score.error + MARGIN

"""Early stopping: on the validation part alone, with the weights of its lowest loss."""

import pytest
import torch

from suites.accuracy import losses, recipes, scoring, tasks, trainer
from suites.accuracy.trial import Trial

TRIAL = Trial("series", "mlp", "lif", "own", "dsn_tsf", 0)
RECIPE = recipes.get("dsn_tsf")._replace(lr=0.1, epochs=60, patience=2)


def test_the_validation_part_is_neither_trained_on_nor_tested():
    task = tasks.load("series")
    assert task.validation
    ends = [task.train.y[0, -1, -8:], task.validation.x[0, 0], task.validation.y[0, -1, -8:]]
    assert not any(torch.equal(end, task.test.x[0, 0]) for end in ends)
    assert task.validation.samples == 89


@pytest.fixture(scope="module")
def stopped():
    return trainer.train(TRIAL, tasks.load("series"), RECIPE)


@pytest.mark.slow
def test_it_stops_and_takes_the_best_weights(stopped):
    task = tasks.load("series")
    assert len(stopped.history) < RECIPE.epochs, "it has waited for its patience"
    best = trainer.train(
        TRIAL, task, RECIPE._replace(epochs=len(stopped.history) - 2, patience=None)
    )
    assert stopped.score == best.score
    loss = losses.get("mse")
    assert scoring.score(stopped.network, task.validation, loss).loss == pytest.approx(
        scoring.score(best.network, task.validation, loss).loss
    )


@pytest.mark.slow
def test_it_resumes_with_the_same_bits(stopped, tmp_path):
    task, file = tasks.load("series"), tmp_path / "part.pt"
    trainer.train(TRIAL, task, RECIPE._replace(epochs=len(stopped.history) - 1), file=file)
    assert trainer.train(TRIAL, task, RECIPE, file=file).score == stopped.score


def test_a_task_without_a_validation_part_is_refused_in_one_line():
    with pytest.raises(ValueError, match=r"rows has no validation part.*name another recipe"):
        trainer.train(TRIAL._replace(task="rows"), tasks.load("rows"), RECIPE)

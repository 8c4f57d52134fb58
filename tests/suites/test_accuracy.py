"""The trainer: deterministic, the same for every neuron, and it learns."""

import math

import pytest
import torch

from suites import cases
from suites.accuracy import tasks, trainer
from suites.accuracy.suite import Accuracy
from suites.profiles import profile


@pytest.fixture(scope="module")
def digits():
    return tasks.load("digits")


def test_tasks_are_the_files_of_their_folder():
    assert "digits" in tasks.names()


def test_digits_are_direct_coded_and_split_without_overlap(digits):
    for split, samples in ((digits.train, 1198), (digits.test, 599)):
        assert split.x.shape == (8, samples, 64)
        assert split.x.dtype == torch.float32
        assert (split.x == split.x[0]).all(), "direct coding repeats the image at every step"
        shares = torch.bincount(split.y, minlength=digits.outputs) / samples
        assert ((shares - 0.1).abs() < 0.005).all(), "a stratified split keeps the classes' shares"
    assert digits.train.x.mean().abs() < 1e-5
    assert math.isclose(digits.train.x.std().item(), 1, rel_tol=1e-3)
    images = torch.cat([digits.train.x[0], digits.test.x[0]])
    assert len(images.unique(dim=0)) == 1797, "every image is in one of the two sets, once"


def test_a_seed_gives_the_same_bits(digits):
    first, again, other = (trainer.train("lif", digits, seed, epochs=1) for seed in (0, 0, 1))
    assert first.error == again.error
    for a, b in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.network[0].weight, other.network[0].weight)


def test_training_leaves_the_callers_random_numbers_alone(digits):
    before = torch.get_rng_state()
    trainer.train("dsn", digits, seed=0, epochs=0)
    assert torch.equal(torch.get_rng_state(), before)


def test_neurons_differ_in_the_neuron_alone(digits):
    lif, dsn = (trainer.train(model, digits, seed=3, epochs=0).network for model in ("lif", "dsn"))
    assert torch.equal(lif[0].weight, dsn[0].weight)
    assert torch.equal(lif[2].weight, dsn[2].weight)


def test_a_model_with_an_option_t_gets_the_steps_of_the_task(digits):
    """Also where T has a default: GLIF has a conductance per step."""
    network = trainer.network("glif", digits)
    assert network[1].params.conduct.shape == (8, trainer.HIDDEN)


def test_a_condition_sets_the_options_of_the_neuron_and_of_nothing_else(digits):
    own, matched = (
        trainer.train("lif", digits, 3, epochs=0, condition=condition).network
        for condition in ("own", "matched")
    )
    assert torch.equal(own[0].weight, matched[0].weight)
    assert (own[1].fire.mode, matched[1].fire.mode) == ("hard", "soft")
    assert matched[1].fire.surrogate.name == "rect"


@pytest.mark.parametrize("model", cases.models())
def test_every_model_learns_within_three_epochs(digits, model):
    assert trainer.train(model, digits, seed=0, epochs=0).error > 0.7, "chance is 0.9"
    assert trainer.train(model, digits, seed=0, epochs=3).error < 0.15


def test_the_suite_tracks_a_plain_finite_number():
    suite = Accuracy()
    conditions, seeds = list(profile().conditions), list(range(profile().seeds))
    assert suite.params == (cases.models(), tasks.names(), conditions, seeds)
    suite.setup("lif", "digits", "matched", 0)
    error = suite.track_test_error("lif", "digits", "matched", 0)
    assert type(error) is float
    assert 0 <= error < 0.07
    assert suite.track_test_error.unit == "fraction"
    assert suite.track_test_error.version == "2"


def test_a_commit_without_the_model_is_not_applicable():
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        Accuracy().setup("lost", "digits", "own", 0)

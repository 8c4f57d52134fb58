"""The trainer: deterministic, the same for every neuron, and it learns."""

import math
import re

import pytest
import torch

import neurons
from suites import cases
from suites.accuracy import recipes, tasks, trainer
from suites.accuracy.trial import Trial

TINY = recipes.get("tiny")
LIF = Trial("digits", "mlp", "lif", "own", "tiny", 0)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits():
    return tasks.load("digits")


def train(task, model="lif", epochs=1, **options):
    trial = LIF._replace(model=model, **options)
    return trainer.train(trial, task, TINY._replace(epochs=epochs), device=CPU)


def test_a_seed_gives_the_same_bits(digits):
    first, again, other = (train(digits, seed=seed) for seed in (0, 0, 1))
    assert first.score == again.score and first.history == again.history
    for a, b in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.network[0].weight, other.network[0].weight)


def test_training_leaves_the_callers_random_numbers_alone(digits):
    before = torch.get_rng_state()
    train(digits, "dsn")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("network", ["mlp", "mlp_norm", "convnet"])
def test_neurons_differ_in_the_neuron_alone(digits, network):
    """Also from one that draws its parameters, and from one that draws none."""
    lif, dsn = (train(digits, model, 0, network=network).network for model in ("lif", "dsn"))
    others = [
        [p for m in net.modules() if not isinstance(m, neurons.Layer) for p in m.parameters(False)]
        for net in (lif, dsn)
    ]
    assert len(others[0]) >= 4
    assert all(torch.equal(a, b) for a, b in zip(*others, strict=True))


def test_layers_of_one_network_draw_different_parameters(digits):
    net = train(digits, "dsn", 0, network="mlp_norm").network
    first, second = (m for m in net if isinstance(m, neurons.Layer))
    assert not torch.equal(first.conv_weight, second.conv_weight)


def test_a_model_with_an_option_t_gets_the_steps_of_the_task(digits):
    """Also where T has a default: GLIF has a conductance per step."""
    network = trainer.network(LIF._replace(model="glif"), digits, TINY)
    assert network[1].params.conduct.shape == (8, 128)


def test_a_condition_sets_the_options_of_the_neuron_and_of_nothing_else(digits):
    own, matched = (train(digits, epochs=0, condition=name).network for name in ("own", "matched"))
    assert torch.equal(own[0].weight, matched[0].weight)
    assert (own[1].fire.mode, matched[1].fire.mode) == ("hard", "soft")
    assert matched[1].fire.surrogate.name == "rect"


@pytest.mark.parametrize("model", cases.models())
def test_every_model_learns_within_three_epochs(digits, model):
    assert train(digits, model, epochs=0).score.error > 0.7, "chance is 0.9"
    assert train(digits, model, epochs=3).score.error < 0.15


def test_a_run_returns_plain_finite_numbers():
    result = trainer.run(LIF)
    assert all(type(number) is float and math.isfinite(number) for number in result[:-1])
    assert 0 <= result.error < 0.07 and 0 < result.loss < 0.2 and 0.1 < result.rate < 0.6
    assert len(result.curve) == recipes.TINY and result.curve[0] > result.curve[-1] > 0


def test_the_history_has_every_epoch_and_the_rate_of_every_layer_and_step(digits):
    history = train(digits, epochs=2, network="mlp_norm").history
    assert [epoch.loss for epoch in history] == sorted((e.loss for e in history), reverse=True)
    assert all(0 < epoch.error < 1 for epoch in history)
    rates = torch.tensor(history[-1].rates)
    assert rates.shape == (2, 8) and (rates > 0).all() and (rates < 1).all()


def test_a_loss_that_is_not_finite_stops_with_one_line(digits):
    x = digits.train.x.clone()
    x[:, 700] = math.nan
    broken = digits._replace(train=digits.train._replace(x=x))
    with pytest.raises(FloatingPointError) as error:
        train(broken)
    line = r"lif on digits: the loss is nan in epoch 0, step \d+; lower the learning rate .*"
    assert re.fullmatch(line, str(error.value))

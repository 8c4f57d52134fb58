"""The conditions: what they set, and what a model cannot follow is said."""

import json

import pytest
import torch

import neurons
from suites import axes, conditions, published
from suites.accuracy.suite import Accuracy
from suites.energy.suite import Energy, EnergyFacts
from suites.gradients.suite import Horizon
from suites.profiles import PROFILES, profile
from tests.neurons.samples import MODELS, assert_one_line

MEASURED = (
    *(Accuracy.track_test_error, Energy.track_energy, EnergyFacts.track_rate),
    *(EnergyFacts.track_ac, EnergyFacts.track_mac, Horizon.track_norm),
)


def build(model: str, condition: str) -> neurons.Layer:
    return conditions.probe(neurons.get(model), conditions.apply(model, condition).options)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_built_and_trained_under_every_condition(model):
    for condition in conditions.CONDITIONS:
        layer = build(model, condition)
        x = torch.ones(conditions.STEPS, 2, conditions.NEURONS, dtype=torch.float64)
        x[:, 1] *= 1.5
        x.requires_grad_()
        (grad,) = torch.autograd.grad(layer(x).sum(), x)
        assert grad.isfinite().all()


def test_own_is_what_a_user_gets():
    assert conditions.apply("klif", "own") == ({}, ())


@pytest.mark.parametrize("model", MODELS)
def test_matched_has_one_surrogate_and_one_reset_or_says_so(model):
    applied, layer = conditions.apply(model, "matched"), build(model, "matched")
    text = "; ".join(applied.unmet)
    same = layer.fire.surrogate == neurons.surrogate("rect", width=1.0)
    assert same or "surrogate" in text
    assert layer.fire.mode == "soft" or "reset" in text
    assert not getattr(layer.params, "decay_input", False)


def test_models_that_differ_in_their_defaults_alone_are_equal_when_matched():
    """Of the defaults, plif charges x / tau and klif too: matched, both start as lif."""
    x = torch.rand(20, 4, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    spikes = {}
    for condition in ("own", "matched"):
        for model in ("lif", "plif", "klif"):
            options = conditions.apply(model, condition).options
            layer = neurons.Layer(model, backend="eager", **options).double()
            spikes[condition, model] = layer(1.5 * x).detach()
    assert not torch.equal(spikes["own", "lif"], spikes["own", "plif"])
    for model in ("plif", "klif"):
        assert torch.equal(spikes["matched", "lif"], spikes["matched", model])
    assert spikes["matched", "lif"].mean() > 0.1


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("lif", []),
        ("clif", []),
        ("psu", ["no reset", "scales the input by 0.5 "]),
        ("tclif", ["scales the input by 0.5 "]),
        ("prf", ["no reset", "scales the input by 0.11 to 0.79"]),
        ("mpd_agl", ["width of its surrogate"]),
        ("atlif", ["width of its surrogate"]),
        ("ilif", ["surrogate"]),
    ],
)
def test_what_a_model_cannot_follow_is_named(model, reasons):
    unmet = conditions.apply(model, "matched").unmet
    assert len(unmet) == len(reasons)
    assert all(part in text for part, text in zip(reasons, unmet, strict=True))


def test_the_papers_of_all_models_are_named():
    assert published.PAPER.keys() == set(MODELS)
    assert all(paper.source for paper in published.PAPER.values())
    assert build("lif", "paper").params.decay_input  # DSN Eq. 1
    assert build("llif", "paper").fire.surrogate.name == "piecewise_quadratic"
    assert build("clif", "paper").fire.mode == "soft"
    assert "tau is not printed" in conditions.apply("slif", "paper").unmet[0]


def test_unknown_names_say_what_is_known():
    with pytest.raises(ValueError, match="did you mean 'matched'") as error:
        conditions.apply("lif", "match")
    assert_one_line(error, "no condition 'match'")
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        conditions.apply("lost", "own")


def test_the_suites_have_the_axis_and_say_what_is_unmet():
    few = conditions.measured(profile())
    assert few == ["matched"] and conditions.measured(PROFILES["cpu"]) == [*conditions.CONDITIONS]
    assert Accuracy.track_test_error.unmet["own"] == {}
    for method in MEASURED:
        assert set(method.unmet) >= set(few)
        written = json.loads(json.dumps({"unmet": method.unmet}, sort_keys=True, indent=4))
        assert written["unmet"]["matched"] == method.unmet["matched"]
        assert method.unmet["matched"]["ilif"] == [*conditions.apply("ilif", "matched").unmet]
        assert "lif" not in method.unmet["matched"]
    for suite in (Accuracy, Energy, EnergyFacts, Horizon):
        position = suite.param_names.index("condition")
        assert suite.params[position] == (list(profile().conditions) if suite is Accuracy else few)
    for known in PROFILES.values():
        assert set(known.conditions) <= set(conditions.CONDITIONS)
    assert set(axes.models()) >= set(Horizon.track_norm.unmet["matched"])

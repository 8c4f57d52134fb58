"""The conventions `default` and `rate`, and the prices, against sums made by hand."""

from dataclasses import replace

import pytest
import torch
from torch import nn

import neurons
from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.conventions import ds_atgo
from suites.energy.counts import Counts
from suites.energy.ledger import Ledger
from suites.energy.technology import FP16, FP32, INT8, INT32, LOIHI, PRESETS
from tests.suites.energy.samples import Emit, random_spikes


@pytest.fixture(scope="module")
def small() -> Ledger:
    """A first layer of 12 MACs over 5 repeated steps, LIF neurons, and a last layer of 8."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    return collect(net, torch.randn(2, 3).mul(3).expand(5, 2, 3))


def test_rate_by_hand(small):
    estimate = conventions.estimate("rate", small)
    assert 0 < small.rate < 1
    assert estimate.by_layer == pytest.approx({"0": 4.6 * 5 * 12, "2": 0.9 * small.rate * 5 * 8})
    assert estimate.total == sum(estimate.by_layer.values())


def test_ds_atgo_multiplies_in_the_first_and_the_last_layer_alone():
    """All others cost the rate x T x OP, where `rate` multiplies if they read analog values."""
    torch.manual_seed(0)
    layers = [neurons.Layer("lif"), nn.Flatten(0, 1), nn.AvgPool1d(2), nn.Linear(4, 3)]
    net = nn.Sequential(nn.Linear(3, 8), *layers, nn.BatchNorm1d(3), nn.Unflatten(0, (5, 2)))
    last = (neurons.Layer("lif", v_th=0.2), nn.Linear(3, 6), neurons.Layer("lif"), nn.Linear(6, 2))
    net.extend(last)
    ledger = collect(net, torch.randn(2, 3).mul(3).expand(5, 2, 3))
    rates = {e.name: e.rate for e in ledger.entries if e.kind == "neuron"}
    assert rates["1"] and rates["7"]
    parts = {"0": 4.6 * 5 * 24, "4": 0.9 * rates["1"] * 5 * 12, "8": 0.9 * rates["7"] * 5 * 18}
    parts["10"] = 4.6 * 5 * 12
    estimate = conventions.estimate("ds_atgo", ledger)
    assert estimate.by_layer == pytest.approx(parts)
    assert (ds_atgo.macs(ledger), ds_atgo.acs(ledger)) == pytest.approx(
        (5 * 36, (parts["4"] + parts["8"]) / 0.9)
    )
    assert conventions.estimate("rate", ledger).by_layer["4"] == pytest.approx(4.6 * 5 * 12)


def test_ds_atgo_runs_an_ann_once():
    """Each layer multiplies, in one step; the activations cost nothing."""
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    ledger = collect(net, torch.randn(10, 3), steps_and_batch=(5, 2))
    estimate = conventions.estimate("ds_atgo", ledger)
    assert estimate.by_layer == pytest.approx({"0": 4.6 * 12, "2": 4.6 * 16, "4": 4.6 * 8})
    assert estimate.unsupported == ()
    assert (ds_atgo.macs(ledger), ds_atgo.acs(ledger)) == (36, 0)


def test_ds_atgo_names_a_layer_without_a_rate():
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    estimate = conventions.estimate("ds_atgo", collect(net, torch.randn(5, 2, 3)))
    assert estimate.unsupported == ("1 (no rate)",)
    assert list(estimate.by_layer) == ["0", "3"]


def test_default_by_hand(small):
    spikes = small.rate * 5 * 4  # per sample
    estimate = conventions.estimate("default", small)
    neuron = 0.9 * (2 * 20 + spikes) + 3.7 * (20 + spikes) + 0.9 * 20  # add, mul, compare
    parts = {"0": 4.6 * 5 * 12, "1": neuron, "2": 0.9 * spikes * 2}
    assert estimate.by_layer == pytest.approx(parts)
    assert estimate.readings["repeated layers once"] == pytest.approx(estimate.total - 4.6 * 4 * 12)
    assert estimate.readings["integer spikes multiplied"] == estimate.total
    assert estimate.unsupported == ()


def test_only_a_layer_that_reads_the_same_analog_values_is_cached(small):
    first, _, last = small.entries
    for entry in (replace(first, repeated=False), replace(last, repeated=True)):
        estimate = conventions.estimate("default", replace(small, entries=(entry,)))
        assert estimate.readings["repeated layers once"] == estimate.total > 0


def test_an_integer_spike_costs_its_size_or_one_small_multiplication():
    spikes = torch.tensor([[[0.0, 4.0, 1.0]], [[2.0, 0.0, 0.0]]])
    estimate = conventions.estimate("default", collect(Emit(nn.Linear(3, 5), integer=True), spikes))
    assert estimate.by_layer["after.0"] == pytest.approx(0.9 * 35)
    added = estimate.readings["integer spikes multiplied"] - estimate.total
    assert added == pytest.approx((0.2 + 0.9) * 15 - 0.9 * 35)
    rate = conventions.estimate("rate", estimate.ledger)
    assert rate.total == pytest.approx(0.9 * 35), "rate 7/6, 2 steps, 15 MACs"


def test_a_normalisation_folds_into_the_layer_before_it():
    net = Emit(nn.Linear(3, 4), nn.Flatten(0, 1), nn.BatchNorm1d(4)).eval()
    estimate = conventions.estimate("default", collect(net, random_spikes(2, 2, 3)))
    assert estimate.by_layer["after.2"] == 0
    assert estimate.unsupported == ()


def test_the_assumptions_are_given_with_the_number(small):
    estimate = conventions.estimate("rate", small, INT8)
    assumptions = estimate.assumptions
    assert (assumptions["T [steps]"], assumptions["batch [samples]"], assumptions["precision"]) == (
        5,
        2,
        "int8",
    )
    assert assumptions["rate [spikes/neuron/step]"] == small.rate
    assert assumptions["ratio to the fp32 ANN"] == pytest.approx(estimate.total / (4.6 * 20))
    assert assumptions["ratio to the int8 ANN"] == pytest.approx(estimate.total / (0.23 * 20))
    assert assumptions["unsupported"] == "none"
    nothing = conventions.estimate("rate", collect(nn.ReLU(), torch.ones(2, 3)))
    assert nothing.assumptions["ratio to the fp32 ANN"] == 0, "an ANN without a weight"


def test_an_operation_without_a_price_is_named(small):
    counts = Counts(operations={"sin": 3.0, "add": 1.0})
    entry = replace(small.entries[1], per_sample=counts)
    estimate = conventions.estimate("default", replace(small, entries=(entry,)))
    assert estimate.unsupported == ("sin",)
    assert estimate.total == 0.9


def test_an_update_may_cost_nothing(small):
    """A price of 0 is a price: no other one takes its place."""
    free = replace(LOIHI, update=0.0)
    assert conventions.estimate("default", small, free).by_layer["1"] == 0
    assert conventions.estimate("default", small, LOIHI).by_layer["1"] == 81 * 5 * 4


def test_presets_are_horowitz_figures():
    macs = {FP32: 4.6, FP16: 1.5, INT32: 3.2, INT8: 0.23}
    for technology, mac in macs.items():
        assert technology.mac == pytest.approx(mac)
        assert technology.ac == technology.add
    assert FP32.prices["transcendental"] == pytest.approx(2.34), "DSN, appendix B.6"
    assert PRESETS["45nm-int8"] is INT8

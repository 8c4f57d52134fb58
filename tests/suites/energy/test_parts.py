"""What an energy is spent on: the parts of every convention add up to it."""

import pytest
import torch
from torch import nn

import neurons
from suites.energy import conventions, parts, target
from suites.energy.collect import collect
from suites.energy.technology import FP32


@pytest.fixture(scope="module")
def ledger():
    network = nn.Sequential(
        nn.Linear(8, 6), neurons.Layer("lif"), nn.AvgPool1d(2), nn.Linear(3, 4),
        neurons.Layer("clif"), nn.Linear(4, 5), neurons.Layer("dsn", shape=(5,)), nn.Linear(5, 2),
    )  # fmt: skip
    generator = torch.Generator().manual_seed(0)
    return collect(network.eval(), 3 * torch.randn(6, 4, 8, generator=generator))


@pytest.mark.parametrize("convention", conventions.names())
def test_the_parts_add_up_to_the_energy(ledger, convention):
    estimate = conventions.estimate(convention, ledger)
    assert estimate.total > 0 and all(energy >= 0 for energy in estimate.parts.values())
    assert sum(estimate.parts.values()) == pytest.approx(estimate.total, rel=1e-12)
    assert sum(estimate.by_layer.values()) == pytest.approx(estimate.total, rel=1e-12)
    kept = parts.record(target.trial_of("lif", "own"), ledger).content["nJ/sample"][convention]
    assert sum(kept.values()) == pytest.approx(estimate.total / 1000, rel=1e-5)


def test_the_parts_are_what_the_conventions_count(ledger):
    names = {name: set(conventions.estimate(name, ledger).parts) for name in conventions.names()}
    synapses = {"synapses, AC", "synapses, MAC"}
    assert names["rate"] == names["ds_atgo"] == synapses
    assert names["dsn"] == synapses | {"neurons"}
    assert names["default"] == names["clif"] == synapses | {"neurons", "other layers"}
    assert "membrane potential" in names["clif_memory"]


def test_synapses_neurons_and_other_layers_are_told_apart():
    """A first layer of 8 x 6 weights; the neurons' arithmetic is priced as traced."""
    network = nn.Sequential(nn.Linear(8, 6), neurons.Layer("lif"))
    book = collect(network, torch.full((5, 1, 8), 1.5))
    by_part = conventions.estimate("default", book).parts
    assert by_part["synapses, MAC"] == pytest.approx(5 * FP32.mac * 48)
    operations = next(e for e in book.entries if e.kind == "neuron").per_sample.operations
    assert by_part["neurons"] == pytest.approx(FP32.price(operations)) and by_part["neurons"] > 0
    assert by_part["other layers"] == 0

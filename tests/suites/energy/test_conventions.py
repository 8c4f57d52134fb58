"""The published conventions against sums made by hand, and against their authors' own counts."""

import json
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import neurons
from suites import cases
from suites.claims.claim import TABLES
from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.conventions import clif, clif_memory, dsn
from suites.energy.counts import Counts, Sizes, sum_by_name
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import FP32, INT32
from tests.suites.energy.samples import BLANK, Emit, random_spikes

MEASURED = json.loads((TABLES / "clif_energy_fixture.json").read_text())["tasks"]
CASES = [(task, neuron) for task, data in MEASURED.items() for neuron in data["results"]]


def published_ledger(task: str, neuron: str) -> Ledger:
    """Build a ledger from the authors' list of layers and rates."""
    data, entries = MEASURED[task], []
    rates = [None, *data["firing_rates"].get(neuron, ())]
    for i, layer in enumerate(data["layers"]):
        rate = rates[i] if neuron != "ReLU" else None
        reads = {"reads": "analog"} if rate is None else {"rate": rate}
        entries.append(replace(published_layer(layer), name=f"layer {i}", **reads))
        if neuron != "ReLU" and layer["kernel"]:
            fires = {"kind": "neuron", "operation": neuron.lower(), "rate": rates[i + 1]}
            outputs = Counts(outputs=entries[-1].per_sample.outputs)
            entries.append(replace(BLANK, name=f"fire {i}", per_sample=outputs, **fires))
    return Ledger(1 if neuron == "ReLU" else data["T"], 1, tuple(entries))


def published_layer(layer: dict) -> Entry:
    sizes = (layer["input"], layer["output"])
    inputs, outputs = (math.prod(v) if isinstance(v, list) else v for v in sizes)
    if not layer["kernel"]:
        counts = Counts(inputs=inputs, outputs=outputs, macs=inputs * outputs)
        return replace(BLANK, kind="linear", per_sample=counts, sizes=Sizes(fan=outputs))
    in_channels, out_channels, *taps = layer["kernel"]
    macs = outputs * in_channels * math.prod(taps)
    fan, stride = out_channels * math.prod(taps), (layer["stride"],) * 2
    counts = Counts(inputs=inputs, outputs=outputs, macs=macs)
    return replace(BLANK, per_sample=counts, sizes=Sizes(0, fan, tuple(taps), stride))


@pytest.mark.parametrize(("task", "neuron"), CASES)
def test_clif_memory_counts_what_its_authors_count(task, neuron):
    ledger, theirs = published_ledger(task, neuron), MEASURED[task]["results"][neuron]
    ours = sum_by_name(clif_memory.accesses(ledger).values())
    names = {
        "mac_op": "MACs",
        "acc_op": "additions",
        "read_in": "read inputs",
        "read_params": "read parameters",
        "read_potential": "read potentials",
        "write_out": "write outputs",
        "write_potential": "write potentials",
        "mac_addr": "address MACs",
        "acc_addr": "address additions",
    }
    for name, kind in names.items():
        assert ours.get(kind, 0.0) == pytest.approx(theirs[name], rel=1e-13)
    energies = sum_by_name(clif_memory.energies(ledger).values())
    columns = ("pot", "par", "io", "op", "addr")
    for name, column in zip(columns, clif_memory.COLUMNS, strict=True):
        assert energies[column] == pytest.approx(theirs["energy_pJ"][name], rel=1e-13)
    estimate = conventions.estimate("clif_memory", ledger)
    assert estimate.total == pytest.approx(sum(theirs["energy_pJ"].values()), rel=1e-13)
    assert list(estimate.readings) == ["without two slips"]
    assert estimate.technology is INT32


def test_the_price_of_an_access_restarts_at_each_memory():
    assert clif_memory.price(8192) == clif_memory.price(8192, as_published=False) == 10
    assert clif_memory.price(8193) < 0.01
    assert clif_memory.price(8193, as_published=False) == pytest.approx(10, abs=1e-3)
    assert clif_memory.price(32769, as_published=False) == pytest.approx(20, abs=1e-3)
    assert clif_memory.price(2**20) == 80 and clif_memory.price(2**20, as_published=False) == 100
    assert clif_memory.price(2**20 + 1) == 100


@pytest.fixture(scope="module")
def small() -> Ledger:
    """Analog values -> Linear 12 MACs -> LIF -> Linear 8 MACs, 5 steps."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    return collect(net, torch.randn(5, 2, 3).mul(3))


def test_clif_memory_without_its_slips_by_hand():
    """Only an ANN's 12002 reads of parameters are more than fit the smallest memory."""
    counts = Counts(inputs=3000, outputs=2, macs=12000)
    linear = replace(BLANK, name="0", kind="linear", reads="analog", per_sample=counts)
    once = conventions.estimate("clif_memory", Ledger(1, 1, (linear,)))
    parameters = 12002 * (12002 - 2**13) / (2**15 - 2**13) * 10
    rest = 3000 * 3000 / 2**13 * 10 + 2 * 2 / 2**13 * 10 + 3.2 * 12000 + 0.1 * (2 + 3002)
    assert once.total == pytest.approx(parameters + rest)
    assert once.readings["without two slips"] == pytest.approx(once.total + 12002 * 10)


def test_clif_by_hand(small):
    estimate = conventions.estimate("clif", small)
    assert 0 < small.rate < 1
    assert estimate.by_layer == pytest.approx({"0": 4.6 * 12, "1": 0, "2": 0.9 * small.rate * 8})
    assert estimate.readings["summed over the steps"] == pytest.approx(5 * estimate.total)


def test_clif_counts_what_hooks_count_in_an_ann():
    conv = nn.Conv2d(2, 3, 3, padding=1)
    net = nn.Sequential(conv, nn.BatchNorm2d(3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten())
    net.append(nn.Linear(12, 5))
    ledger = collect(net, torch.randn(7, 2, 4, 4))
    assert [clif.macs(e) for e in ledger.entries] == [48 * 18 + 48, 2 * 48, 48, 48, 60]
    assert not any(map(clif.acs, ledger.entries))


def test_a_clif_neuron_takes_four_macs():
    ledger = collect(neurons.Layer("clif"), torch.randn(5, 2, 6))
    assert [clif.macs(e) for e in ledger.entries] == [4 * 6]


def test_dsn_by_hand(small):
    estimate = conventions.estimate("dsn", small)
    spikes = 0.9 * small.rate * 5 * 8
    assert estimate.by_layer == pytest.approx({"0": 4.6 * 5 * 12, "1": 4.6 * 4 * 5, "2": spikes})
    published = dsn.published(small, FP32)
    assert published.by_layer == pytest.approx(estimate.by_layer | {"2": 4 * spikes})


@pytest.mark.parametrize(
    ("model", "options", "per_update"),
    [
        ("lif", {}, 4.6),
        ("psn", {}, 4.6 * 8),
        ("sliding_psn", {"k": 3}, 4.6 * (1 + 2 + 3 * 6) / 8),
        ("sliding_psn", {"k": 20}, 4.6 * 4.5),
        ("dsn", {"k": 3}, 4.6 * 4 + 2.34),
    ],
)
def test_dsn_knows_the_arithmetic_within_neurons(model, options, per_update):
    ledger = collect(neurons.Layer(model, **options), torch.randn(8, 2, 6))
    assert conventions.estimate("dsn", ledger).total == pytest.approx(per_update * 8 * 6)


def test_a_sliding_window_takes_the_inputs_that_there_are():
    ledger = collect(neurons.Layer("sliding_psn", k=4), torch.randn(32, 2, 6))
    per_step = conventions.estimate("dsn", ledger).total / (4.6 * 32 * 6)
    assert per_step == pytest.approx(3.8125)
    assert dsn.published(ledger, FP32).total == pytest.approx(4.6 * 16 * 32 * 6), "T / 2, any k"


@pytest.mark.parametrize(("top", "integer"), [(1, False), (1, True), (4, True)])
def test_dsn_counts_an_integer_spike_once_for_each_of_its_units(top, integer):
    """N slots at a rate of mean(k) / N are mean(k) accumulations; binary spikes have N = 1."""
    spikes = random_spikes(8, 2, 6, top=top)
    ledger = collect(Emit(nn.Linear(6, 5), integer=integer), spikes)
    energy = conventions.estimate("dsn", ledger).by_layer["after.0"]
    assert energy == pytest.approx(0.9 * spikes.sum().item() / 2 * 5)


def test_a_mean_pool_keeps_the_rate():
    """Published conventions treat its values as spikes; ours and CLIF's as analog."""
    pool = nn.Sequential(nn.Flatten(0, 1), nn.AvgPool1d(2), nn.Linear(4, 3))
    net = nn.Sequential(neurons.Layer("lif"), pool)
    x = torch.randn(5, 2, 2, 8).add(1)
    ledger = collect(net, x)
    entry, rate = next(ledger.weighted_layers())
    assert (entry.reads, entry.rate, rate) == ("analog", 0, ledger.rate)
    spikes = 0.9 * ledger.rate * 5 * entry.per_step.macs
    assert conventions.estimate("dsn", ledger).by_layer[entry.name] == pytest.approx(spikes)
    assert conventions.estimate("clif", ledger).by_layer[entry.name] == pytest.approx(4.6 * 24)


def test_only_a_pool_keeps_the_rate():
    """The output of a layer with weights, or of a norm, is not a mean of spikes."""
    net = nn.Sequential(neurons.Layer("lif"), nn.Flatten(0, 1), nn.AvgPool1d(2), nn.AvgPool1d(2))
    net.extend([nn.Linear(2, 3), nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 2)])
    ledger = collect(net, torch.randn(5, 2, 2, 8).add(1))
    assert [rate for _, rate in ledger.weighted_layers()] == [ledger.rate, None, None]


@pytest.mark.parametrize("model", cases.models())
@pytest.mark.parametrize("convention", ["clif", "clif_memory", "dsn"])
def test_other_neurons_are_named(convention, model):
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer(model), nn.Linear(8, 2))
    estimate = conventions.estimate(convention, collect(net, torch.randn(4, 1, 3)))
    known = {"clif": ("lif", "clif"), "clif_memory": ("lif", "clif")}
    known["dsn"] = ("lif", "psn", "sliding_psn", "dsn")
    assert estimate.unsupported == (() if model in known[convention] else (f"1 ({model})",))
    assert math.isfinite(estimate.total) and estimate.total > 0
    assert all(math.isfinite(value) for value in estimate.readings.values())


@pytest.mark.parametrize(
    ("layer", "x", "fan", "kernel", "stride"),
    [
        (nn.Linear(3, 5), torch.randn(2, 7, 3), 5, (), ()),
        (nn.Conv1d(4, 6, 5, groups=2, stride=2), torch.randn(2, 4, 9), 15, (5,), (2,)),
        (nn.Conv2d(2, 6, (3, 2)), torch.randn(2, 2, 5, 5), 36, (3, 2), (1, 1)),
    ],
)
def test_the_ledger_knows_the_sizes_of_a_layer(
    layer: nn.Module, x: Tensor, fan: int, kernel: tuple[int, ...], stride: tuple[int, ...]
):
    (entry,) = collect(layer, x).entries
    assert (entry.sizes.fan, entry.sizes.kernel, entry.sizes.stride) == (fan, kernel, stride)


@pytest.mark.parametrize(
    ("model", "options", "states"),
    [("lif", {}, 1), ("clif", {}, 2), ("dsn", {"k": 5}, 5), ("psn", {}, 0)],
)
def test_the_ledger_knows_what_a_neuron_carries(model, options, states):
    (entry,) = collect(neurons.Layer(model, **options), torch.randn(6, 3, 4)).entries
    assert entry.sizes.states == states


def test_the_technology_sets_the_prices(small):
    assert conventions.estimate("clif", small, INT32).by_layer["0"] == pytest.approx(3.2 * 12)
    assert conventions.estimate("dsn", small, FP32).technology is FP32

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
from suites.energy.call import tally
from suites.energy.collect import collect
from suites.energy.conventions import clif, clif_memory
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import FP32, INT32

MEASURED = json.loads((TABLES / "clif_energy_fixture.json").read_text())["tasks"]
CASES = [(task, neuron) for task, found in MEASURED.items() for neuron in found["results"]]
BLANK = Entry(
    name="",
    kind="conv",
    model="",
    reads="binary",
    steps=1,
    repeated=False,
    rate=0.0,
    inputs=0,
    outputs=0,
    macs=0,
    weights=0,
    biased=0,
    fan=0,
    kernel=(),
    stride=(),
    states=0.0,
    acs=0.0,
    events=0.0,
    operations={},
    unknown=(),
    bytes={},
)


def listed(task: str, neuron: str) -> Ledger:
    """The ledger that the authors' list of layers and rates stands for."""
    found, entries = MEASURED[task], []
    rates = [None, *found["firing_rates"].get(neuron, ())]
    for i, layer in enumerate(found["layers"]):
        sizes = (layer["input"], layer["output"])
        inputs, outputs = (math.prod(v) if isinstance(v, list) else v for v in sizes)
        fan, about = outputs, {"kind": "linear"}
        if layer["kernel"]:
            inside, outside, *taps = layer["kernel"]
            fan = outside * math.prod(taps)
            about = {"kernel": tuple(taps), "stride": (layer["stride"],) * 2}
            macs = outputs * inside * math.prod(taps)
        else:
            macs = inputs * outputs
        about |= {"inputs": inputs, "outputs": outputs, "macs": macs, "fan": fan}
        rate = rates[i] if neuron != "ReLU" else None
        reads = {"reads": "analog"} if rate is None else {"rate": rate}
        entries.append(replace(BLANK, name=f"layer {i}", **about, **reads))
        if neuron != "ReLU" and layer["kernel"]:
            fires = {"kind": "neuron", "model": neuron.lower(), "rate": rates[i + 1]}
            entries.append(replace(BLANK, name=f"fire {i}", outputs=outputs, **fires))
    return Ledger(1 if neuron == "ReLU" else found["T"], 1, tuple(entries))


@pytest.mark.parametrize(("task", "neuron"), CASES)
def test_clif_memory_counts_what_its_authors_count(task, neuron):
    ledger, theirs = listed(task, neuron), MEASURED[task]["results"][neuron]
    ours = tally(clif_memory.accesses(ledger).values())
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
    spent = tally(clif_memory.energies(ledger).values())
    columns = ("pot", "par", "io", "op", "addr")
    for name, column in zip(columns, clif_memory.COLUMNS, strict=True):
        assert spent[column] == pytest.approx(theirs["energy_pJ"][name], rel=1e-13)
    found = conventions.estimate("clif_memory", ledger)
    assert found.total == pytest.approx(sum(theirs["energy_pJ"].values()), rel=1e-13)
    assert found.technology is INT32


def test_the_price_of_an_access_falls_back_where_a_memory_gets_too_small():
    assert clif_memory.price(8192) == 10
    assert clif_memory.price(8193) < 0.01
    assert clif_memory.price(8193, slips=False) == pytest.approx(10, abs=1e-3)
    assert clif_memory.price(32769, slips=False) == pytest.approx(20, abs=1e-3)
    assert clif_memory.price(2**20) == 80 and clif_memory.price(2**20, slips=False) == 100
    assert clif_memory.price(2**20 + 1) == 100


@pytest.fixture(scope="module")
def small() -> Ledger:
    """Analog values -> Linear 12 MACs -> LIF -> Linear 8 MACs, 5 steps."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    return collect(net, torch.randn(5, 2, 3).mul(3))


def test_clif_by_hand(small):
    found = conventions.estimate("clif", small)
    assert 0 < small.rate < 1
    assert found.parts == pytest.approx({"0": 4.6 * 12, "1": 0, "2": 0.9 * small.rate * 8})
    assert found.beside["summed over the steps"] == pytest.approx(5 * found.total)


def test_clif_counts_what_hooks_count_in_an_ann():
    conv = nn.Conv2d(2, 3, 3, padding=1)
    net = nn.Sequential(conv, nn.BatchNorm2d(3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten())
    net.append(nn.Linear(12, 5))
    found = collect(net, torch.randn(7, 2, 4, 4))
    assert [clif.macs(e) for e in found.entries] == [48 * 18 + 48, 2 * 48, 48, 48, 60]
    assert not any(map(clif.acs, found.entries))


def test_a_clif_neuron_takes_four_macs():
    found = collect(neurons.Layer("clif"), torch.randn(5, 2, 6))
    assert [clif.macs(e) for e in found.entries] == [4 * 6]


def test_dsn_by_hand(small):
    found = conventions.estimate("dsn", small)
    spikes = 0.9 * small.rate * 5 * 8
    parts = {"0": 4.6 * 5 * 12, "1": 4.6 * 4 * 5, "2": 4 * spikes}
    assert found.parts == pytest.approx(parts)
    assert found.beside["without the factor N"] == pytest.approx(found.total - 3 * spikes)


@pytest.mark.parametrize(
    ("model", "options", "each"),
    [
        ("lif", {}, 4.6),
        ("psn", {}, 4.6 * 8),
        ("sliding_psn", {"k": 3}, 4.6 * 4),
        ("dsn", {"k": 3}, 4.6 * 4 + 2.34),
    ],
)
def test_dsn_knows_the_arithmetic_within_neurons(model, options, each):
    found = collect(neurons.Layer(model, **options), torch.randn(8, 2, 6))
    assert conventions.estimate("dsn", found).total == pytest.approx(each * 8 * 6)


def test_a_mean_pool_keeps_the_rate():
    """Published conventions take its values for spikes; ours and CLIF's for analog."""
    pool = nn.Sequential(nn.Flatten(0, 1), nn.AvgPool1d(2), nn.Linear(4, 3))
    net = nn.Sequential(neurons.Layer("lif"), pool)
    x = torch.randn(5, 2, 2, 8).add(1)
    ledger = collect(net, x)
    entry, rate = next(ledger.fed())
    assert (entry.reads, entry.rate, rate) == ("analog", 0, ledger.rate)
    spikes = 0.9 * 4 * ledger.rate * 5 * entry.macs
    assert conventions.estimate("dsn", ledger).parts[entry.name] == pytest.approx(spikes)
    assert conventions.estimate("clif", ledger).parts[entry.name] == pytest.approx(4.6 * 24)


def test_only_a_pool_keeps_the_rate():
    """What a layer with weights, or a norm, makes of spikes is no mean of them."""
    net = nn.Sequential(neurons.Layer("lif"), nn.Flatten(0, 1), nn.AvgPool1d(2), nn.AvgPool1d(2))
    net.extend([nn.Linear(2, 3), nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 2)])
    ledger = collect(net, torch.randn(5, 2, 2, 8).add(1))
    assert [rate for _, rate in ledger.fed()] == [ledger.rate, None, None]


@pytest.mark.parametrize("model", cases.models())
@pytest.mark.parametrize("convention", ["clif", "clif_memory", "dsn"])
def test_other_neurons_are_named(convention, model):
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer(model), nn.Linear(8, 2))
    found = conventions.estimate(convention, collect(net, torch.randn(4, 1, 3)))
    known = {"clif": ("lif", "clif"), "clif_memory": ("lif", "clif")}
    known["dsn"] = ("lif", "psn", "sliding_psn", "dsn")
    assert found.unsupported == (() if model in known[convention] else (f"1 ({model})",))
    assert math.isfinite(found.total) and found.total > 0
    assert all(math.isfinite(value) for value in found.beside.values())


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
    (found,) = collect(layer, x).entries
    assert (found.fan, found.kernel, found.stride) == (fan, kernel, stride)


@pytest.mark.parametrize(
    ("model", "options", "states"),
    [("lif", {}, 1), ("clif", {}, 2), ("dsn", {"k": 5}, 5), ("psn", {}, 0)],
)
def test_the_ledger_knows_what_a_neuron_carries(model, options, states):
    (found,) = collect(neurons.Layer(model, **options), torch.randn(6, 3, 4)).entries
    assert found.states == states


def test_a_technology_is_heeded(small):
    assert conventions.estimate("clif", small, INT32).parts["0"] == pytest.approx(3.2 * 12)
    assert conventions.estimate("dsn", small, FP32).technology is FP32

"""The weights inside of neurons: circuits, which read the last spikes, and DSN's mix."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import neurons
from suites.energy import conventions
from suites.energy.collect import Recorder, collect
from suites.energy.ledger import Ledger
from tests.suites.energy.samples import entry_of

AC, MAC = 0.9, 4.6  # [pJ]
CIRCUITS = ("temporal", "spatial")


def network(*shape: int, stateful: bool = False, **options) -> nn.Sequential:
    torch.manual_seed(0)
    options = {"norm": True, **options}
    return nn.Sequential(neurons.Layer("stclif", shape=shape, stateful=stateful, **options))


def current(*shape: int) -> Tensor:
    return torch.randn(8, 4, *shape, generator=torch.Generator().manual_seed(1))


def last_spikes(net: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        spikes = net(x)
    return torch.cat([torch.zeros_like(spikes[:1]), spikes[:-1]])


def test_a_global_circuit_is_a_layer_that_reads_the_last_spikes():
    """The figure of the review: 32,768 synapses, which `rate` had free and `default` dense."""
    net = nn.Sequential(nn.Linear(64, 128), *network(128, circuit="global"), nn.Linear(128, 10))
    x = torch.randn(8, 4, 64, generator=torch.Generator().manual_seed(1))
    ledger = collect(net, x)
    assert [e.name for e in ledger.entries] == ["0", "1", "1.temporal", "1.spatial", "2"]
    with torch.no_grad():
        read = last_spikes(net[1], net[0](x))
    for name in CIRCUITS:
        circuit = entry_of(ledger, f"1.{name}")
        assert (circuit.kind, circuit.operation, circuit.reads) == ("linear", "circuit", "binary")
        assert (circuit.per_step.macs, circuit.sizes.weights, circuit.steps) == (128**2, 128**2, 8)
        assert circuit.rate == pytest.approx(read.mean().item())
        assert circuit.per_sample.acs == pytest.approx(read.sum().item() / 4 * 128)
        for convention in ("rate", "default"):
            energy = conventions.estimate(convention, ledger).by_layer[circuit.name]
            assert energy == pytest.approx(AC * read.sum().item() / 4 * 128), convention
    assert ledger.dense == 64 * 128 + 128 * 10, "an ANN has no circuits"


def test_the_neurons_do_not_count_the_circuits_again():
    x = current(32)
    neuron, group = (
        entry_of(collect(network(32, circuit=circuit), x), "0") for circuit in ("global", "group")
    )
    for kind in ("mul", "add"):  # one of each per spike, for the reset
        first, second = (
            e.per_sample.operations[kind] - e.per_sample.spikes for e in (neuron, group)
        )
        assert first == pytest.approx(second)
    updates = 8 * 32
    # v (1 + beta), x (1 + gamma), s v_th per spike, and 2 x 2 of the GroupNorms
    assert neuron.per_sample.operations["mul"] == pytest.approx(
        updates * (2 + 4) + neuron.per_sample.spikes
    )
    assert neuron.per_sample.operations["transcendental"] == 2 * updates
    assert neuron.sizes.parameter_bytes == 4 * (2 * 32 + 2 * 32), "gains and shifts alone"


@pytest.mark.parametrize("size", [(6,), (6, 5)])
@pytest.mark.parametrize("circuit", ["group", "global"])
def test_a_circuit_is_a_convolution(size, circuit):
    net, x = network(8, *size, circuit=circuit, groups=4, kernel=3), current(8, *size)
    ledger = collect(net, x)
    read, groups = last_spikes(net, x).flatten(0, 1), 4 if circuit == "group" else 1
    for name in CIRCUITS:
        weight = getattr(net[0], name)
        convolve = F.conv1d if len(size) == 1 else F.conv2d
        reached = convolve(read, torch.ones_like(weight), None, 1, 1, 1, groups).sum().item()
        entry = entry_of(ledger, f"0.{name}")
        assert entry.kind == "conv" and read.any()
        assert entry.per_sample.acs == pytest.approx(reached / 4)
        assert entry.per_step.macs == read[0].numel() * weight[0].numel()


def test_a_self_connection_has_a_weight_per_neuron():
    net, x = network(5, circuit="self", norm=False), current(5)
    ledger, read = collect(net, x), last_spikes(net, x)
    entry = entry_of(ledger, "0.temporal")
    assert (entry.per_step.macs, entry.per_step.biased, entry.sizes.fan) == (5, 5, 1)
    assert entry.per_sample.acs == pytest.approx(read.sum().item() / 4)
    # v (1 + beta), x (1 + gamma) and s v_th per spike
    neuron = entry_of(ledger, "0").per_sample
    assert neuron.operations["mul"] == 2 * 8 * 5 + neuron.spikes


def test_only_the_kept_circuit_is_there():
    ledger = collect(network(5, kept="spatial"), current(5))
    assert [e.name for e in ledger.entries] == ["0", "0.spatial"]


@pytest.mark.parametrize("model", ["stclif", "stcplif", "stclmh"])
def test_step_by_step_reads_the_same_spikes(model):
    def build(stateful: bool) -> nn.Sequential:
        torch.manual_seed(0)
        return nn.Sequential(neurons.Layer(model, shape=6, norm=True, stateful=stateful))

    x = 2 * current(6)
    whole, net = collect(build(False), x), build(True)
    with torch.no_grad(), Recorder(net) as recorder:
        for x_t in x.split(1):
            net(x_t)
    assert entry_of(whole, "0.temporal").rate > 0
    assert recorder.ledger() == whole


def test_enhanced_dsn_mixes_its_channels():
    def ledger(enhanced: bool) -> Ledger:
        layer = neurons.Layer("dsn", shape=(16,), enhanced=enhanced)
        return collect(nn.Sequential(layer), torch.randn(8, 2, 16))

    plain, mixed = ledger(False), ledger(True)
    mix = entry_of(mixed, "0.mix")
    assert (mix.operation, mix.reads, mix.per_step.macs) == ("mix", "analog", 16 * 16)
    for convention in ("dsn", "rate", "default", "clif"):
        energies = [conventions.estimate(convention, book) for book in (plain, mixed)]
        steps = 1 if convention == "clif" else 8
        assert energies[1].by_layer["0.mix"] == pytest.approx(MAC * steps * 16 * 16), convention
        before, after = (energy.by_layer.get("0") for energy in energies)
        assert before == after or convention == "default"
    operations = [entry_of(book, "0").per_sample.operations for book in (plain, mixed)]
    assert operations[0]["mul"] == operations[1]["mul"]

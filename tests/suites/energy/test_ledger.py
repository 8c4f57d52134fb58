"""The ledger against counts made by hand."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import neurons
from suites import cases
from suites.energy.collect import Recorder, collect
from suites.energy.counts import Counts
from suites.energy.ledger import Ledger
from tests.suites.energy.samples import BLANK, Emit, entry_of, random_spikes


def test_counts_add_and_divide():
    counts = Counts(macs=6, acs=4.0, operations={"add": 2.0})
    total = counts + Counts(macs=2, operations={"add": 1.0, "mul": 3.0})
    assert total == Counts(macs=8, acs=4.0, operations={"add": 3.0, "mul": 3.0})
    assert total / 2 == Counts(macs=4, acs=2.0, operations={"add": 1.5, "mul": 1.5})
    assert counts * 3 == Counts(macs=18, acs=12.0, operations={"add": 6.0})


def test_a_linear_layer_reads_known_spikes():
    spikes = torch.zeros(4, 2, 3)  # T=4, N=2, F=3
    spikes[0, 0, 0] = spikes[1, 0, 2] = spikes[3, 1, 1] = 1
    ledger = collect(Emit(nn.Linear(3, 2)), spikes)
    assert (ledger.T, ledger.batch) == (4, 2)
    linear = entry_of(ledger, "after.0")
    assert (linear.kind, linear.operation, linear.reads) == ("linear", "Linear", "binary")
    counts = linear.per_step
    assert (counts.inputs, counts.outputs, counts.macs, counts.biased) == (3, 2, 6, 2)
    assert (linear.sizes.weights, linear.steps) == (6, 4)
    counts = linear.per_sample
    assert counts.acs == counts.events == 3 * 2 / 2, "3 spikes, fan-out 2, 2 samples"
    assert linear.rate == 3 / 24
    assert (ledger.acs, ledger.macs, ledger.dense, ledger.rate) == (3, 0, 6, 3 / 24)


def test_integer_spikes_count_as_often_as_they_are():
    spikes = torch.tensor([[[0.0, 4.0, 1.0]], [[2.0, 0.0, 0.0]]])  # T=2, N=1, F=3
    entry = entry_of(collect(Emit(nn.Linear(3, 5), integer=True), spikes), "after.0")
    assert entry.reads == "integer"
    assert (entry.per_sample.acs, entry.per_sample.events) == ((4 + 1 + 2) * 5, 3 * 5)
    assert entry.rate == 7 / 6


def test_a_mean_pool_turns_spikes_into_analog_values_and_a_max_pool_does_not():
    spikes = random_spikes(2, 2, 1, 4, 4)
    mean, maximum = (
        collect(Emit(pool(2), nn.Flatten(), nn.Linear(4, 2), flat=True), spikes)
        for pool in (nn.AvgPool2d, nn.MaxPool2d)
    )
    assert (entry_of(mean, "after.2").reads, entry_of(maximum, "after.2").reads) == (
        "analog",
        "binary",
    )
    assert (mean.acs, mean.macs) == (0, 2 * 4 * 2)
    pooled = nn.functional.max_pool2d(spikes.flatten(0, 1), 2)
    assert (maximum.acs, maximum.macs) == (pooled.sum().item() * 2 / 2, 0)
    assert entry_of(mean, "after.0").per_sample.operations == {"add": 2 * 16, "mul": 2 * 4}
    assert entry_of(maximum, "after.0").per_sample.operations == {"compare": 2 * 16}


def test_pixels_are_analog_and_an_encoders_spikes_are_not():
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    pixels = torch.tensor([0.0, 7.0, 16.0]).expand(5, 2, 3)
    assert entry_of(collect(net, pixels), "0").reads == "analog"
    assert entry_of(collect(net, (pixels > 0).float()), "0").reads == "binary"
    assert entry_of(collect(net, pixels), "0").repeated
    assert not entry_of(collect(net, random_spikes(5, 2, 3)), "0").repeated


def test_neuron_operations_are_traced_and_the_reset_is_per_spike():
    spikes = random_spikes(6, 2, 5)
    emitted = spikes.sum().item() / 2  # per sample
    neuron = entry_of(collect(Emit(), spikes), "fire")
    assert (neuron.kind, neuron.operation, neuron.steps) == ("neuron", "lif", 6)
    assert neuron.per_step.outputs == 5
    assert neuron.rate == pytest.approx(spikes.mean().item())
    # d v + x and h - v_th: 2 additions, 1 product, 1 comparison; (1 - s) h per spike
    assert neuron.per_sample.operations == {"add": 60 + emitted, "mul": 30 + emitted, "compare": 30}


@pytest.mark.parametrize("model", cases.models())
def test_a_ledger_does_not_depend_on_the_batch(model):
    options = {"T": 4} if "T" in neurons.get(model).needs else {}
    net = nn.Sequential(nn.Linear(3, 8), neurons.Layer(model, **options), nn.Linear(8, 2))
    x = 3 * torch.randn(4, 1, 3, generator=torch.Generator().manual_seed(1))
    one, many = collect(net, x), collect(net, x.expand(4, 5, 3))
    assert one.operations, "the neuron does some arithmetic"
    assert replace(many, batch=1) == one


def test_layers_before_the_time_axis_run_once():
    class Late(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.fire, self.last = (
                nn.Linear(3, 4),
                neurons.Layer("lif"),
                nn.Linear(4, 2),
            )

        def forward(self, image: Tensor) -> Tensor:
            return self.last(self.fire(self.first(image).expand(6, -1, -1)))

    ledger = collect(Late(), torch.randn(2, 3))
    assert [e.steps for e in ledger.entries] == [1, 6, 6]
    assert ledger.macs == 12


def test_step_by_step_is_the_same_network():
    def build(stateful: bool) -> nn.Sequential:
        torch.manual_seed(0)
        lif = neurons.Layer("lif", stateful=stateful)
        return nn.Sequential(nn.Linear(3, 8), lif, nn.Linear(8, 2))

    x = torch.randn(2, 3).mul(2).expand(5, 2, 3)
    whole, net = collect(build(False), x), build(True)
    with torch.no_grad(), Recorder(net) as recorder:
        for x_t in x.split(1):
            net(x_t)
    assert recorder.ledger() == whole


def test_a_ledger_does_not_depend_on_the_backend():
    x = random_spikes(6, 2, 3)
    eager, serial = (
        collect(nn.Sequential(neurons.Layer("sliding_psn", backend=b), nn.Linear(3, 2)), x)
        for b in ("eager", "serial")
    )
    assert eager == serial


def test_without_neurons_it_is_an_ann():
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 2, bias=False))
    ledger = collect(net, torch.randn(7, 3, 4))
    assert (ledger.T, ledger.batch, ledger.macs, ledger.rate) == (1, 7, 70, 0)
    assert entry_of(ledger, "3").per_sample.biased == 0
    relu = entry_of(ledger, "2")
    assert (relu.kind, relu.per_sample.operations) == ("activation", {"compare": 5})
    assert ledger.unsupported == ()


@pytest.mark.parametrize(
    ("given", "expected"), [(None, (1, 12)), ((4, 3), (4, 3)), ((1, 12), (1, 12))]
)
def test_t_and_batch_of_an_ann_are_those_given_or_one_step(given, expected):
    """Without neurons nothing shows the time axis: one step, the first axis is the batch."""
    net, x = nn.Sequential(nn.Linear(3, 5), nn.ReLU()), torch.randn(12, 3)
    ledger = collect(net, x, steps_and_batch=given)
    assert (ledger.T, ledger.batch) == expected
    assert ledger.entries[0].steps == expected[0]
    assert ledger.macs == 15 * expected[0]


def test_a_single_number_is_a_batch_of_one():
    ledger = collect(nn.ReLU(), torch.tensor(2.0))
    assert (ledger.T, ledger.batch) == (1, 1)


@pytest.mark.parametrize("given", [None, (1, 1), (30, 2)])
def test_neurons_decide_about_t_and_batch(given):
    net = nn.Sequential(nn.Linear(3, 5), neurons.Layer("lif"), nn.Flatten(0, 1), nn.Linear(5, 2))
    ledger = collect(net, torch.randn(4, 3, 3), steps_and_batch=given)
    assert (ledger.T, ledger.batch) == (4, 3)
    assert [e.steps for e in ledger.entries] == [4, 4, 4]


def test_t_is_that_of_the_layer_with_most_steps():
    """Another layer of neurons may see time as a part of the batch: it has fewer steps."""

    class Merged(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = neurons.Layer("lif"), neurons.Layer("lif")

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x).flatten(0, 1)[None])

    ledger = collect(Merged(), torch.randn(6, 2, 3))
    assert (ledger.T, ledger.batch) == (6, 2)


def test_a_shortcut_reads_the_pool_beside_the_neurons():
    """Neurons and a layer after the pool do not end its rate, a norm does."""
    pool = replace(BLANK, kind="pool", rate=0.25, per_sample=Counts(inputs=16, outputs=8))
    fire = replace(BLANK, kind="neuron", rate=0.5, per_sample=Counts(inputs=8, outputs=8))
    conv = replace(BLANK, rate=0.5, per_sample=Counts(inputs=8, outputs=9, macs=72))
    shortcut = replace(conv, reads="analog", rate=0.0)
    norm = replace(BLANK, kind="norm", reads="analog", per_sample=Counts(inputs=9, outputs=9))
    ledger = Ledger(1, 1, (pool, fire, conv, shortcut, norm, shortcut))
    assert [rate for _, rate in ledger.weighted_layers()] == [0.5, 0.25, None]


def test_what_is_not_known_is_listed():
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain, self.inner = nn.Parameter(torch.ones(3)), nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(x) * self.gain

    net = nn.Sequential(Scale(), nn.GroupNorm(1, 3), nn.Dropout(), nn.LSTM(3, 2))
    ledger = collect(net, torch.randn(4, 3))
    assert len(ledger.unsupported) == 1
    assert ledger.unsupported[0].startswith("3: ")
    assert entry_of(ledger, "0: mul").per_sample.operations == {"mul": 3}
    assert entry_of(ledger, "1").per_sample.operations == {"add": 9, "mul": 6}, (
        "of each sample, so that it does not fold"
    )
    assert ledger.macs == 9, "the layer inside an unknown module counts too"

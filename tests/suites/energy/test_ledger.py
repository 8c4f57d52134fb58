"""The ledger against counts made by hand, and the conventions against sums made by hand."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import neurons
from suites import cases
from suites.energy import conventions, suite
from suites.energy.collect import Watch, collect
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import FP16, FP32, INT8, INT32, PRESETS


class Emit(nn.Module):
    """A network whose neurons emit the spikes it is given: LIF the binary ones, DSN integers."""

    def __init__(self, *after: nn.Module, integer: bool = False, flat: bool = False) -> None:
        super().__init__()
        options = {"k": 1} if integer else {"tau": 2.0}
        self.fire = neurons.Layer("dsn" if integer else "lif", **options)
        self.after, self.flat = nn.Sequential(*after), flat

    def forward(self, spikes: Tensor) -> Tensor:
        x = spikes if self.fire.neuron.name == "lif" else self.driving(spikes)
        s = self.fire(x)
        assert torch.equal(s, spikes)
        return self.after(s.flatten(0, 1) if self.flat else s)

    def driving(self, spikes: Tensor) -> Tensor:
        """The current that brings DSN's potential to `spikes`, its decay made constant."""
        if self.fire.has_uninitialized_params():
            self.fire(spikes)
        p = self.fire.params
        for value in (p.conv_weight, p.conv_bias):
            nn.init.zeros_(value)
        before = torch.cat([torch.zeros_like(spikes[:1]), spikes[:-1]])
        alpha = 0.5 ** (1 / p.tau)
        return (spikes - alpha * before) / (1 - alpha)


def drawn(*shape: int, rate: float = 0.4, top: int = 1) -> Tensor:
    """Spikes up to `top`, with silence between."""
    generator = torch.Generator().manual_seed(0)
    sizes = torch.randint(1, top + 1, shape, generator=generator)
    return (torch.rand(shape, generator=generator) < rate) * sizes.float()


def entry(found: Ledger, name: str) -> Entry:
    return next(e for e in found.entries if e.name == name)


def brute_force(x: Tensor, conv: nn.Conv1d | nn.Conv2d, weigh: Callable[[float], float]) -> float:
    """Walk over every output and every weight of a convolution, and meet the spikes there are."""
    sizes, met = x.shape[2:], 0.0
    out = conv(x)
    for n, c, *at in itertools.product(*map(range, out.shape)):
        group = c // (conv.out_channels // conv.groups)
        for i, *tap in itertools.product(*map(range, conv.weight.shape[1:])):
            where = [
                a * s - p + k * d
                for a, s, p, k, d in zip(
                    at, conv.stride, conv.padding, tap, conv.dilation, strict=True
                )
            ]
            if all(0 <= w < size for w, size in zip(where, sizes, strict=True)):
                channel = group * conv.weight.shape[1] + i
                met += weigh(x[(n, channel, *where)].item())
    return met


# Ledgers ----------------------------------------------------------------------------------------


def test_a_linear_layer_fed_by_known_spikes():
    spikes = torch.zeros(4, 2, 3)  # T=4, N=2, F=3
    spikes[0, 0, 0] = spikes[1, 0, 2] = spikes[3, 1, 1] = 1
    found = collect(Emit(nn.Linear(3, 2)), spikes)
    assert (found.T, found.batch) == (4, 2)
    linear = entry(found, "after.0")
    assert (linear.kind, linear.model, linear.reads) == ("linear", "Linear", "binary")
    assert (linear.inputs, linear.outputs, linear.macs) == (3, 2, 6)
    assert (linear.weights, linear.biased, linear.steps) == (6, 2, 4)
    assert linear.acs == linear.events == 3 * 2 / 2, "3 spikes, fan-out 2, 2 samples"
    assert linear.rate == 3 / 24
    assert (found.acs, found.macs, found.dense, found.rate) == (3, 0, 6, 3 / 24)


def test_integer_spikes_count_as_often_as_they_are():
    spikes = torch.tensor([[[0.0, 4.0, 1.0]], [[2.0, 0.0, 0.0]]])  # T=2, N=1, F=3
    found = entry(collect(Emit(nn.Linear(3, 5), integer=True), spikes), "after.0")
    assert found.reads == "integer"
    assert (found.acs, found.events) == ((4 + 1 + 2) * 5, 3 * 5)
    assert found.rate == 7 / 6


@pytest.mark.parametrize("top", [1, 4])
@pytest.mark.parametrize(
    ("conv", "size"),
    [
        (nn.Conv2d(2, 3, 3), (5, 5)),
        (nn.Conv2d(2, 4, 3, padding=1, stride=2), (6, 5)),
        (nn.Conv2d(4, 4, (3, 2), padding=(2, 1), dilation=2, groups=2), (6, 6)),
        (nn.Conv1d(4, 6, 5, padding=2, groups=2), (9,)),
    ],
    ids=["valid", "strided", "dilated and grouped", "1d"],
)
def test_a_convolution_does_not_feed_its_padding(conv, size, top):
    spikes = drawn(3, 2, conv.in_channels, *size, top=top)
    found = collect(Emit(conv, integer=top > 1, flat=True), spikes)
    layer, flat = entry(found, "after.0"), spikes.flatten(0, 1)
    assert layer.kind == "conv"
    assert layer.steps == 3
    assert layer.acs == brute_force(flat, conv, abs) / 2
    assert layer.events == brute_force(flat, conv, bool) / 2
    assert layer.macs == conv(flat)[0].numel() * conv.weight[0].numel()


def test_the_fan_out_follows_the_padding_mode():
    conv = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
    spikes = torch.ones(1, 1, 1, 4, 4)
    layer = entry(collect(Emit(conv, flat=True), spikes), "after.0")
    assert layer.acs == 16 * 9, "round the edge there is no padding"


def test_a_mean_pool_turns_spikes_into_analog_values_and_a_max_pool_does_not():
    spikes = drawn(2, 2, 1, 4, 4)
    mean, maximum = (
        collect(Emit(pool(2), nn.Flatten(), nn.Linear(4, 2), flat=True), spikes)
        for pool in (nn.AvgPool2d, nn.MaxPool2d)
    )
    assert (entry(mean, "after.2").reads, entry(maximum, "after.2").reads) == ("analog", "binary")
    assert (mean.acs, mean.macs) == (0, 2 * 4 * 2)
    pooled = nn.functional.max_pool2d(spikes.flatten(0, 1), 2)
    assert (maximum.acs, maximum.macs) == (pooled.sum().item() * 2 / 2, 0)
    assert entry(mean, "after.0").operations == {"add": 2 * 16, "mul": 2 * 4}
    assert entry(maximum, "after.0").operations == {"compare": 2 * 16}


def test_pixels_are_analog_and_an_encoders_spikes_are_not():
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    pixels = torch.tensor([0.0, 7.0, 16.0]).expand(5, 2, 3)
    assert entry(collect(net, pixels), "0").reads == "analog"
    assert entry(collect(net, (pixels > 0).float()), "0").reads == "binary"
    assert entry(collect(net, pixels), "0").repeated
    assert not entry(collect(net, drawn(5, 2, 3)), "0").repeated


def test_neuron_operations_are_traced_and_the_reset_is_per_spike():
    spikes = drawn(6, 2, 5)
    emitted = spikes.sum().item() / 2  # per sample
    neuron = entry(collect(Emit(), spikes), "fire")
    assert (neuron.kind, neuron.model, neuron.outputs, neuron.steps) == ("neuron", "lif", 5, 6)
    assert neuron.rate == pytest.approx(spikes.mean().item())
    # d v + x and h - v_th: 2 additions, 1 product, 1 comparison; (1 - s) h per spike
    assert neuron.operations == {"add": 60 + emitted, "mul": 30 + emitted, "compare": 30}


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

    found = collect(Late(), torch.randn(2, 3))
    assert [e.steps for e in found.entries] == [1, 6, 6]
    assert found.macs == 12


def test_step_by_step_is_the_same_network():
    def build(stateful: bool) -> nn.Sequential:
        torch.manual_seed(0)
        lif = neurons.Layer("lif", stateful=stateful)
        return nn.Sequential(nn.Linear(3, 8), lif, nn.Linear(8, 2))

    x = torch.randn(2, 3).mul(2).expand(5, 2, 3)
    whole, net = collect(build(False), x), build(True)
    with torch.no_grad(), Watch(net) as watch:
        for x_t in x.split(1):
            net(x_t)
    assert watch.ledger() == whole


def test_a_ledger_does_not_depend_on_the_backend():
    x = drawn(6, 2, 3)
    eager, serial = (
        collect(nn.Sequential(neurons.Layer("sliding_psn", backend=b), nn.Linear(3, 2)), x)
        for b in ("eager", "serial")
    )
    assert eager == serial


def test_without_neurons_it_is_an_ann():
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 2, bias=False))
    found = collect(net, torch.randn(7, 3, 4))
    assert (found.T, found.batch, found.macs, found.rate) == (1, 7, 70, 0)
    assert entry(found, "3").biased == 0
    assert (entry(found, "2").kind, entry(found, "2").operations) == ("activation", {"compare": 5})
    assert found.unsupported == ()


def test_what_is_not_known_is_listed():
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain, self.inner = nn.Parameter(torch.ones(3)), nn.Linear(3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(x) * self.gain

    net = nn.Sequential(Scale(), nn.GroupNorm(1, 3), nn.Dropout(), nn.LSTM(3, 2))
    found = collect(net, torch.randn(4, 3))
    assert len(found.unsupported) == 1
    assert found.unsupported[0].startswith("3: ")
    assert entry(found, "0: mul").operations == {"mul": 3}
    assert entry(found, "1").operations == {"add": 9, "mul": 6}, "by the sample: it does not fold"
    assert found.macs == 9, "the layer inside an unknown module counts all the same"


# Counting does not disturb ----------------------------------------------------------------------


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("model", cases.models())
def test_counting_changes_nothing(model, train):
    def build() -> nn.Sequential:
        torch.manual_seed(0)
        options = {"T": 4} if "T" in neurons.get(model).needs else {}
        fire = neurons.Layer(model, shape=(6,), **options)
        head = (nn.Flatten(0, 1), nn.BatchNorm1d(6), nn.Dropout(), nn.Linear(6, 2))
        return nn.Sequential(nn.Linear(3, 6), fire, *head).train(train)

    def run(net: nn.Module) -> list[Tensor]:
        torch.manual_seed(1)
        x = torch.randn(4, 3, 3).mul(3).requires_grad_()
        y = net(x)
        y.sum().backward()
        grads = [p.grad for p in net.parameters()]
        return [y, x.grad, *grads, *net.buffers()]

    plain, watched = build(), build()
    with Watch(watched) as watch:
        counted = run(watched)
    for a, b in zip(run(plain), counted, strict=True):
        assert torch.equal(a, b)
    assert len(watch.ledger().entries) == 4
    assert not any(m._forward_hooks for m in watched.modules())


def test_half_precision_autocast_and_inference_mode():
    def counted() -> list[Entry]:
        return [replace(e, bytes={}) for e in collect(net, spikes.to(net.after[0].weight)).entries]

    net = Emit(nn.Conv2d(2, 3, 3, padding=1), flat=True)
    spikes = drawn(3, 2, 2, 5, 5)
    plain = counted()
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode():
        assert counted() == plain
    net.bfloat16()
    assert counted() == plain


# Conventions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Ledger:
    """A first layer of 12 MACs over 5 repeated steps, LIF neurons, and a last layer of 8."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), neurons.Layer("lif"), nn.Linear(4, 2))
    return collect(net, torch.randn(2, 3).mul(3).expand(5, 2, 3))


def test_rate_by_hand(small):
    found = conventions.estimate("rate", small)
    assert 0 < small.rate < 1
    assert found.parts == pytest.approx({"0": 4.6 * 5 * 12, "2": 0.9 * small.rate * 5 * 8})
    assert found.total == sum(found.parts.values())


def test_default_by_hand(small):
    spikes = small.rate * 5 * 4  # per sample
    found = conventions.estimate("default", small)
    neuron = 0.9 * (2 * 20 + spikes) + 3.7 * (20 + spikes) + 0.9 * 20  # add, mul, compare
    parts = {"0": 4.6 * 5 * 12, "1": neuron, "2": 0.9 * spikes * 2}
    assert found.parts == pytest.approx(parts)
    assert found.beside["repeated layers once"] == pytest.approx(found.total - 4.6 * 4 * 12)
    assert found.beside["integer spikes multiplied"] == found.total
    assert found.unsupported == ()


def test_an_integer_spike_costs_its_size_or_one_small_multiplication():
    spikes = torch.tensor([[[0.0, 4.0, 1.0]], [[2.0, 0.0, 0.0]]])
    found = conventions.estimate("default", collect(Emit(nn.Linear(3, 5), integer=True), spikes))
    assert found.parts["after.0"] == pytest.approx(0.9 * 35)
    swapped = found.beside["integer spikes multiplied"] - found.total
    assert swapped == pytest.approx((0.2 + 0.9) * 15 - 0.9 * 35)
    rate = conventions.estimate("rate", found.ledger)
    assert rate.total == pytest.approx(0.9 * 35), "rate 7/6, 2 steps, 15 MACs"


def test_a_normalisation_folds_into_the_layer_before_it():
    net = Emit(nn.Linear(3, 4), nn.Flatten(0, 1), nn.BatchNorm1d(4)).eval()
    found = conventions.estimate("default", collect(net, drawn(2, 2, 3)))
    assert found.parts["after.2"] == 0
    assert found.unsupported == ()


def test_the_assumptions_stand_beside_the_figure(small):
    found = conventions.estimate("rate", small, INT8)
    said = found.assumptions
    assert (said["T [steps]"], said["batch [samples]"], said["precision"]) == (5, 2, "int8")
    assert said["rate [spikes/neuron/step]"] == small.rate
    assert said["ratio to the fp32 ANN"] == pytest.approx(found.total / (4.6 * 20))
    assert said["ratio to the int8 ANN"] == pytest.approx(found.total / (0.23 * 20))
    assert said["unsupported"] == "none"


def test_an_operation_without_a_price_is_named(small):
    odd = replace(small.entries[1], operations={"sin": 3.0, "add": 1.0})
    found = conventions.estimate("default", replace(small, entries=(odd,)))
    assert found.unsupported == ("sin",)
    assert found.total == 0.9


def test_presets_are_horowitz_figures():
    macs = {FP32: 4.6, FP16: 1.5, INT32: 3.2, INT8: 0.23}
    for technology, mac in macs.items():
        assert technology.mac == pytest.approx(mac)
        assert technology.ac == technology.add
    assert FP32.prices["transcendental"] == pytest.approx(2.34), "DSN, appendix B.6"
    assert PRESETS["45nm-int8"] is INT8


# The suite --------------------------------------------------------------------------------------


def test_the_suite_tracks_plain_finite_numbers(monkeypatch):
    monkeypatch.setattr(suite.cases, "models", lambda: ["lif", "lost"])
    monkeypatch.setattr(suite, "EPOCHS", 1)
    ledgers = suite.setup_cache()
    assert suite.Energy.params[1] == conventions.names()
    assert conventions.names() == ["clif", "clif_memory", "default", "dsn", "rate"]
    energy, facts = suite.Energy(), suite.EnergyFacts()
    for convention in conventions.names():
        energy.setup(ledgers, "lif", convention)
        value = energy.track_energy(ledgers, "lif", convention)
        assert type(value) is float and math.isfinite(value)
        low = 37 if convention == "clif" else 301  # a step of 8192 MACs is 37.7 nJ, 8 are 301.5
        assert low < value < 10 * low or convention == "clif_memory"
    facts.setup(ledgers, "lif")
    assert facts.track_mac(ledgers, "lif") == 8 * 64 * 128
    rate = facts.track_rate(ledgers, "lif")
    assert 0 < rate < 1
    assert facts.track_ac(ledgers, "lif") == pytest.approx(rate * 8 * 128 * 10)
    with pytest.raises(NotImplementedError, match="no neuron 'lost'"):
        energy.setup(ledgers, "lost", "rate")

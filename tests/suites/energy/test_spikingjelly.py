"""SpikingJelly's layers in the ledger, and its counters beside ours."""

import sys

import pytest
import torch
from torch import Tensor, nn

import neurons
from suites.energy import crosscheck, summary
from suites.energy.collect import Recorder, collect
from suites.energy.target import Target
from suites.energy.technology import FP32
from suites.peers import spikingjelly as peer
from tests.suites.energy.samples import entry_of

pytest.importorskip("spikingjelly")
from spikingjelly.activation_based import base, functional, layer, neuron

T, N = 4, 2
OPTIONS = {
    "iaf": {},
    "lif": {},
    "plif": {},
    "klif": {},
    "clif": {},
    "ilif": {},
    "psn": {"T": T},
    "masked_psn": {"T": T, "k": 2, "lambda_": 0.5},
    "sliding_psn": {"k": 2},
}


def plain(mode: str = "m") -> nn.Sequential:
    """Convolution - IF - convolution - LIF - linear, which fires throughout."""
    torch.manual_seed(0)
    net = nn.Sequential(
        layer.Conv2d(2, 4, 3, padding=1),
        neuron.IFNode(v_threshold=0.3),
        layer.Conv2d(4, 6, 3, padding=1, stride=2, bias=False),
        neuron.LIFNode(v_threshold=0.1),
        layer.Dropout(),
        layer.Flatten(),
        layer.Linear(6 * 9, 3),
    )
    functional.set_step_mode(net, mode)
    return net.eval()


def pixels() -> Tensor:
    return torch.rand(N, 2, 6, 6, generator=torch.Generator().manual_seed(0)).expand(T, N, 2, 6, 6)


# Layers -----------------------------------------------------------------------------------------


def test_multi_step_layers_fold_time_into_the_batch():
    ledger = collect(plain(), pixels())
    assert (ledger.T, ledger.batch, ledger.unsupported) == (T, N, ())
    kinds = [(e.name, e.operation, e.reads, e.steps) for e in ledger.entries]
    assert kinds == [
        ("0", "Conv2d", "analog", T),
        ("1", "iaf", "analog", T),
        ("2", "Conv2d", "binary", T),
        ("3", "lif", "analog", T),
        ("6", "Linear", "binary", T),
    ]
    assert entry_of(ledger, "2").per_step.macs == 6 * 9 * 4 * 9
    assert entry_of(ledger, "1").bytes["state"] == 4 * 4 * 36
    assert all(e.per_sample.acs > 0 for e in ledger.entries if e.reads == "binary")


def test_single_steps_are_the_same_network():
    whole, net = collect(plain("m"), pixels()), plain("s")
    with torch.no_grad(), Recorder(net) as recorder:
        for x_t in pixels():
            net(x_t)
    assert recorder.ledger() == whole


def test_a_container_of_layers_without_time():
    net = nn.Sequential(
        neuron.IFNode(step_mode="m"), layer.SeqToANNContainer(nn.Linear(3, 2), nn.BatchNorm1d(2))
    )
    ledger = collect(net.eval(), torch.rand(T, N, 3) + 0.5)
    assert [(e.name, e.steps) for e in ledger.entries] == [("0", T), ("1.0", T), ("1.1", T)]


@pytest.mark.parametrize("model", OPTIONS)
def test_a_node_does_the_arithmetic_of_our_model(model):
    reset = "soft" if model in ("clif", "ilif") else None
    ours = neurons.Layer(model, backend="eager", shape=(6,), reset=reset, **OPTIONS[model])
    node = peer._module(ours, peer.surrogate(ours))
    for name, value in {**dict(node.named_parameters()), **dict(node.named_buffers())}.items():
        renamed = {peer.RENAMED.get(n, n): w for n, w in ours.state_dict().items()}
        if name in renamed:
            value.data.copy_(renamed[name].view_as(value))
    x = torch.randn(T, N, 6).mul(2)
    theirs, expected = collect(node, x).entries[0], collect(ours, x).entries[0]
    assert (theirs.operation, theirs.steps) == (model, T)
    assert theirs.per_sample.operations == expected.per_sample.operations
    assert theirs.rate == expected.rate


def test_of_another_node_the_rate_is_known_and_its_arithmetic_is_listed():
    class Mine(neuron.LIFNode):
        pass

    for node in (neuron.QIFNode(step_mode="m"), Mine(step_mode="m")):
        ledger = collect(node, torch.full((T, N, 3), 3.0))
        assert (ledger.T, ledger.batch) == (T, N)
        assert ledger.rate > 0
        name = type(node).__name__
        assert ledger.unsupported == (f"{name} (arithmetic of {name})",)


# Cross-checks -----------------------------------------------------------------------------------


def test_its_synaptic_operations_are_our_accumulations():
    net, x = plain(), pixels()
    ledger = collect(net, x)
    functional.reset_net(net)
    energy, note = crosscheck.synops(net, (x,), FP32)
    assert energy == pytest.approx(0.9 * ledger.acs * N)
    assert note.startswith(f"{int(ledger.acs * N):,} ")


def test_lemaire_counts_spikes_into_the_padding():
    """A 3 x 3 convolution with a padding of 1: a spike in the corner meets 4 of 9 places."""
    from spikingjelly.activation_based import op_counter

    net = nn.Sequential(neuron.IFNode(step_mode="m"), layer.Conv2d(1, 5, 3, padding=1, bias=False))
    functional.set_step_mode(net, "m")
    x = torch.zeros(1, 1, 1, 4, 4)
    x[..., 0, 0] = x[..., 1, 1] = 1.0
    assert entry_of(collect(net, x), "1").per_sample.acs == (4 + 9) * 5
    functional.reset_net(net)
    report = op_counter.estimate_lemaire_energy(net, (x,))
    assert report.counts["synop"] == (9 + 9) * 5


def test_all_counters_run_on_a_network_of_spikingjelly():
    checks = {c.name: c for c in crosscheck.checks(plain(), (pixels(),), N, FP32)}
    assert list(checks) == [f"SpikingJelly {name}" for name in ("SynOps", "simple", "Lemaire")]
    assert all(check.energy and check.energy > 0 for check in checks.values())
    assert "Dropout" in checks["SpikingJelly Lemaire"].note, "the note names what it leaves out"


def test_a_counter_that_fails_is_na_with_the_reason(monkeypatch):
    def fails(network, inputs, technology):
        raise RuntimeError("no such thing\nat all")

    monkeypatch.setattr(crosscheck, "simple", fails)
    simple = crosscheck.checks(plain(), (pixels(),), N, FP32)[1]
    assert (simple.energy, simple.note) == (None, "n/a: RuntimeError: no such thing")
    monkeypatch.setitem(sys.modules, "spikingjelly.activation_based", None)
    assert (
        crosscheck.checks(plain(), (pixels(),), N, FP32)[0].note == "n/a: pip install spikingjelly"
    )


def test_a_summary_resets_the_states():
    net, x = plain(), pixels()
    summary.summarize(Target("plain", net, (x,), None), FP32)
    assert all(
        not isinstance(m.v, Tensor)
        for m in net.modules()
        if isinstance(m, base.MemoryModule) and hasattr(m, "v")
    )

"""Other libraries' neurons are ours: the same spikes and gradients from the same parameters."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch

import neurons
from suites import peers
from suites.cases import Shape, current
from suites.peers import snntorch, spikingjelly

SHAPE = Shape(64, 3, 8)
OPTIONS = {
    "glif": {"shape": (SHAPE.C,)},
    "masked_psn": {"T": SHAPE.T},
    "psn": {"T": SHAPE.T},
    "sliding_psn": {"k": 16},
}
SERIAL = ["clif", "glif", "iaf", "ilif", "klif", "lif", "plif"]
PARALLEL = ["masked_psn", "psn", "sliding_psn"]
PAIRS = [("spikingjelly", m) for m in SERIAL + PARALLEL]
PAIRS += [("snntorch", m) for m in ("lif", "plif")]
CLOSED = neurons.surrogate("rect", closed=True)
UNDETACHED = ("clif", "glif")  # their reset is always in the gradient


def layer(model: str, **options) -> neurons.Layer:
    """Its weights are moved off their first values, where k = 1 would hide what k is for."""
    generator = torch.Generator().manual_seed(0)
    made = neurons.Layer(model, generator=generator, **OPTIONS.get(model, {}) | options)
    with torch.no_grad():
        for w in made.parameters():
            w += 0.1 * torch.rand(w.shape, generator=generator)
    return made


def gradients(run, params: list, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    upstream = torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    return list(torch.autograd.grad((run(x) * upstream).sum(), [x, *params]))


@pytest.mark.parametrize(
    "library, model, detach_reset",
    [(*pair, False) for pair in PAIRS]
    + [(*pair, True) for pair in PAIRS if pair[1] not in UNDETACHED],
)
def test_spikes_and_gradients_are_ours(library, model, detach_reset):
    x = current(SHAPE)
    ours = layer(model, detach_reset=detach_reset)
    run, params = peers.build(library, ours, x)
    spikes = ours(x)
    assert 0.05 < spikes.mean() < 0.95
    for _ in range(2):  # from rest at every call
        torch.testing.assert_close(run(x), spikes, rtol=0, atol=0)
    expected = gradients(ours, list(ours.parameters()), x)
    if (library, model) == ("snntorch", "plif"):  # beta = 1 - sigmoid(w)
        rate = torch.sigmoid(ours.w.detach())
        expected[1] = -expected[1] / (rate * (1 - rate))
    found = gradients(run, params, x)
    for theirs, wanted in zip(found, expected, strict=True):  # their psn's bias is [T, 1]
        torch.testing.assert_close(theirs.view_as(wanted), wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "library, model, options",
    [
        ("spikingjelly", "lif", {"tau": 3.0, "decay_input": True, "v_th": 0.4}),
        ("spikingjelly", "lif", {"reset": "soft", "v_th": 0.8}),
        ("spikingjelly", "lif", {"v_reset": -0.5}),
        ("spikingjelly", "lif", {"surrogate": "triangle"}),
        ("spikingjelly", "plif", {"tau": 4.0, "decay_input": False}),
        ("spikingjelly", "iaf", {"reset": "soft", "v_th": 0.8}),
        ("spikingjelly", "iaf", {"v_reset": -0.5, "surrogate": "rect"}),
        ("spikingjelly", "klif", {"scale_reset": True, "v_reset": -0.5, "tau": 3.0}),
        ("spikingjelly", "klif", {"scale_reset": True, "reset": "soft", "decay_input": False}),
        ("spikingjelly", "clif", {"tau": 3.0, "surrogate": neurons.surrogate("rect", width=0.5)}),
        ("spikingjelly", "clif", {"v_th": 0.8, "surrogate": "atan"}),
        ("spikingjelly", "ilif", {"tau": 2.0, "v_th": 0.7}),
        ("spikingjelly", "ilif", {"surrogate": neurons.surrogate("integer", N=2)}),
        ("spikingjelly", "glif", {"per": "layer", "tau": 0.4, "v_th": 0.6}),
        ("spikingjelly", "glif", {"T": SHAPE.T, "surrogate": "sigmoid"}),
        ("spikingjelly", "psn", {"surrogate": neurons.surrogate("sigmoid", alpha=3.0)}),
        ("spikingjelly", "masked_psn", {"k": 16, "lambda_": 0.7}),
        ("spikingjelly", "masked_psn", {"lambda_": 0.0, "surrogate": "triangle"}),
        ("spikingjelly", "sliding_psn", {"surrogate": "piecewise_quadratic"}),
        ("snntorch", "lif", {"tau": 3.0, "decay_input": True, "v_th": 0.4}),
        ("snntorch", "lif", {"decay": "exp"}),
        ("snntorch", "lif", {"reset": "none"}),
        ("snntorch", "plif", {"surrogate": neurons.surrogate("atan", alpha=3.0)}),
    ],
)
def test_our_options_reach_the_library(library, model, options):
    x = current(SHAPE)
    ours = layer(model, **options)
    run, _ = peers.build(library, ours, x)
    torch.testing.assert_close(run(x), ours(x), rtol=0, atol=0)
    torch.testing.assert_close(gradients(run, [], x), gradients(ours, [], x), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "library, model, options, reason",
    [
        ("spikingjelly", "dsn", {"shape": (8,)}, "no match for Layer"),
        ("spikingjelly", "lif", {"decay": "exp"}, "decay='exp'"),
        ("spikingjelly", "lif", {"reset": "none"}, "always resets"),
        ("spikingjelly", "lif", {"reset": "soft", "v_reset": -0.5}, "no v_reset beside the soft"),
        ("spikingjelly", "plif", {"raw_input": True}, "no match for Layer"),
        ("spikingjelly", "clif", {"decay_input": True}, "no match for Layer"),
        ("spikingjelly", "clif", {"detach_reset": True}, "detach_reset=True"),
        ("spikingjelly", "clif", {"surrogate": CLOSED}, "no surrogate .*'closed', True"),
        ("spikingjelly", "ilif", {"reset": "hard"}, "reset='hard'"),
        ("spikingjelly", "glif", {"gates": "hard"}, "gates='hard'"),
        ("spikingjelly", "glif", {"train_gates": False}, "train_gates=False"),
        ("snntorch", "psn", {}, "snntorch has no psn"),
        ("snntorch", "sliding_psn", {}, "snntorch has no sliding_psn"),
        ("snntorch", "dsn", {"shape": (8,)}, "snntorch has no dsn"),
        ("snntorch", "lif", {"reset": "soft"}, "not our soft reset"),
        ("snntorch", "lif", {"v_reset": -0.5}, "resets to 0"),
        ("snntorch", "lif", {"surrogate": "sigmoid"}, "no surrogate 'sigmoid'"),
    ],
)
def test_what_a_library_lacks_is_said_in_one_line(library, model, options, reason):
    with pytest.raises(NotImplementedError, match=reason) as error:
        peers.build(library, layer(model, **options), current(SHAPE))
    assert "\n" not in str(error.value)


def test_a_library_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "snntorch", None)
    with pytest.raises(NotImplementedError, match="pip install snntorch"):
        peers.build("snntorch", layer("lif"), current(SHAPE))


@pytest.mark.parametrize("model, longest", spikingjelly.LONGEST.items())
def test_a_sequence_too_long_to_wait_for_is_refused(model, longest):
    with pytest.raises(NotImplementedError, match=f"{model} stops at T={longest}: .*quadratic"):
        peers.build("spikingjelly", layer(model), torch.zeros(longest + 1, 1, SHAPE.C))


@pytest.mark.parametrize("adapter, model", [(spikingjelly, "plif"), (snntorch, "lif")])
def test_an_adapter_with_a_wrong_tau_is_not_timed(monkeypatch, adapter, model):
    wrong = SimpleNamespace(
        NOTE="", LONGEST={}, build=lambda _: adapter.build(layer(model, tau=2.1))
    )
    monkeypatch.setitem(sys.modules, "suites.peers.wrong", wrong)
    with pytest.raises(
        RuntimeError, match=rf"^wrong {model}: \d+\.\d\d% of its spikes differ"
    ) as error:
        peers.build("wrong", layer(model), current(SHAPE))
    assert "\n" not in str(error.value)


def test_only_a_tie_may_flip_and_what_follows_from_it():
    """The first input charges to v_th exactly, where snnTorch's `>` stays silent."""
    x = torch.tensor([1.0, 0.7, 0.9, 0.2]).view(4, 1, 1)
    ours = layer("lif", tau=2.0)
    run, _ = peers.build("snntorch", ours, x)
    assert ours(x).flatten().tolist() == [1, 0, 1, 0]
    assert run(x).flatten().tolist() == [0, 1, 0, 0]
    with pytest.raises(RuntimeError, match=r"25\.00%"):
        peers.verify("snntorch", ours, lambda x: ours(x) + (torch.arange(4) == 3).view(4, 1, 1), x)


def test_an_integer_spike_may_flip_where_it_is_rounded_and_nowhere_else():
    x = torch.tensor([0.2, 1.49998, 2.3]).view(3, 1, 1)
    ours = layer("ilif")
    peers.verify("spikingjelly", ours, lambda x: ours(x + (x - 1.5).abs().lt(1e-4) * 4e-5), x)
    with pytest.raises(RuntimeError, match=r"33\.33%"):
        peers.verify("spikingjelly", ours, lambda x: ours(x + (x == x[2]) * 0.7), x)


def test_a_strict_glif_is_timed_and_only_a_tie_tells_it_apart():
    x = current(SHAPE)
    ours, tie = layer("glif"), layer("glif", strict=False)
    assert torch.equal(peers.build("spikingjelly", ours, x)[0](x), ours(x))
    with torch.no_grad():
        for glif in (ours, tie):
            glif.threshold.fill_(-torch.inf)  # v_th and leak of 0: silence meets the threshold
            glif.leak.fill_(-torch.inf)
    run, _ = peers.build("spikingjelly", ours, 0 * x)
    assert torch.equal(run(0 * x), tie(0 * x)) and run(0 * x).any() and not ours(0 * x).any()


def test_the_rows_say_how_the_libraries_fire():
    assert "fires at h > v_th, ours at h >= v_th" in snntorch.NOTE
    assert "glif fires at u >= v_th, ours at u > v_th" in spikingjelly.NOTE

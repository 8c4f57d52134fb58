"""Other libraries' neurons are ours: the same spikes and gradients from the same parameters."""

import sys

import pytest
import torch

import neurons
from suites import peers
from suites.cases import current
from suites.peers import norse, snntorch, spikingjelly, spikingjelly_triton
from tests.suites.peers.samples import DEVICE, SHAPE, build_or_skip, gradients, layer

SERIAL = ["clif", "glif", "iaf", "ilif", "klif", "lif", "plif"]
PARALLEL = ["masked_psn", "psn", "sliding_psn"]
PAIRS = [("spikingjelly", m) for m in SERIAL + PARALLEL]
PAIRS += [("snntorch", m) for m in ("lif", "plif")]
PAIRS += [("spikingjelly_triton", m) for m in spikingjelly_triton.KERNELS]
UNDETACHED = ("clif", "glif")  # their reset is always in the gradient


@pytest.mark.parametrize(
    "library, model, detach_reset",
    [(*pair, False) for pair in PAIRS]
    + [(*pair, True) for pair in PAIRS if pair[1] not in UNDETACHED],
)
def test_spikes_and_gradients_are_ours(library, model, detach_reset):
    x = current(SHAPE)
    ours = layer(model, detach_reset=detach_reset)
    run, params = build_or_skip(library, ours, x)
    spikes = ours(x)
    assert 0.05 < spikes.mean() < 0.95
    for _ in range(2):  # from rest at every call
        torch.testing.assert_close(run(x), spikes, rtol=0, atol=0)
    expected = gradients(ours, list(ours.parameters()), x)
    if (library, model) == ("snntorch", "plif"):  # beta = 1 - sigmoid(w)
        rate = torch.sigmoid(ours.w.detach())
        expected[1] = -expected[1] / (rate * (1 - rate))
    for theirs, wanted in zip(gradients(run, params, x), expected, strict=True):
        # the bias of its psn is [T, 1]
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
        ("norse", "lif", {"surrogate": "triangle"}),
        ("norse", "lif", {"surrogate": "triangle", "tau": 3.0, "decay_input": True, "v_th": 0.4}),
        ("norse", "lif", {"surrogate": "triangle", "decay": "exp", "v_reset": -0.5}),
    ],
)
def test_our_options_reach_the_library(library, model, options):
    x = current(SHAPE)
    ours = layer(model, **options)
    run, _ = build_or_skip(library, ours, x)
    torch.testing.assert_close(run(x), ours(x), rtol=0, atol=0)
    torch.testing.assert_close(gradients(run, [], x), gradients(ours, [], x), rtol=1e-4, atol=1e-6)


def test_norse_fires_as_we_do_with_another_surrogate():
    x, ours = current(SHAPE), layer("lif")
    run, _ = build_or_skip("norse", ours, x)
    assert torch.equal(run(x), ours(x)) and "SuperSpike where ours is atan" in norse.NOTE


@pytest.fixture
def interpretable(monkeypatch):
    """Without a GPU, run fla's recurrent kernel in one configuration.

    Triton's interpreter cannot time configurations to choose one, nor run the chunked kernel.
    """
    hgrn = pytest.importorskip("fla.ops.hgrn", reason="needs fla-core")
    if DEVICE.type == "cpu":
        module = sys.modules["fla.ops.hgrn.fused_recurrent"]
        for direction in ("fwd", "bwd"):
            tuner = getattr(module, f"fused_recurrent_hgrn_{direction}_kernel").fn
            monkeypatch.setattr(tuner, "configs", tuner.configs[:1])
        monkeypatch.setattr(hgrn, "chunk_hgrn", hgrn.fused_recurrent_hgrn)


def test_dsn_on_fla_is_ours(interpretable):
    x, ours = current(SHAPE), layer("dsn")
    run, params = peers.build("fla", ours, x)
    spikes = ours(x)
    assert len(spikes.unique()) > 2
    assert torch.equal(run(x), spikes)
    expected = gradients(ours, list(ours.parameters()), x)
    torch.testing.assert_close(gradients(run, params, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", [m for m in SERIAL + PARALLEL if m != "ilif"])
def test_spikingjelly_without_kernels_is_ours(model):
    """With a plain function as surrogate, as on a GPU."""
    x, ours = current(SHAPE), layer(model)
    run, params = spikingjelly.node(ours, spikingjelly.surrogate(ours).forward)
    assert torch.equal(run(x), ours(x))
    expected = gradients(ours, list(ours.parameters()), x)
    for theirs, wanted in zip(gradients(run, params, x), expected, strict=True):
        torch.testing.assert_close(theirs.view_as(wanted), wanted, rtol=1e-4, atol=1e-6)


def test_the_notes_say_how_the_libraries_fire():
    assert "fires at h > v_th, ours at h >= v_th" in snntorch.NOTE
    assert "glif fires at u >= v_th, ours at u > v_th" in spikingjelly.NOTE

"""Other libraries' neurons are ours: the same spikes and gradients from the same parameters."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest
import torch

import neurons
from suites import peers
from suites.cases import current, device
from suites.peers import fla, norse, snntorch, spikingjelly, spikingjelly_triton
from suites.profiles import Shape

DEVICE = device()
SHAPE = Shape(64, 3, 8)
OPTIONS = {
    "dsn": {"shape": (SHAPE.C,)},
    "glif": {"shape": (SHAPE.C,)},
    "masked_psn": {"T": SHAPE.T},
    "psn": {"T": SHAPE.T},
    "sliding_psn": {"k": 16},
}
SERIAL = ["clif", "glif", "iaf", "ilif", "klif", "lif", "plif"]
PARALLEL = ["masked_psn", "psn", "sliding_psn"]
PAIRS = [("spikingjelly", m) for m in SERIAL + PARALLEL]
PAIRS += [("snntorch", m) for m in ("lif", "plif")]
PAIRS += [("spikingjelly_triton", m) for m in spikingjelly_triton.KERNELS]
CLOSED = neurons.surrogate("rect", closed=True)
UNDETACHED = ("clif", "glif")  # their reset is always in the gradient


def layer(model: str, **options) -> neurons.Layer:
    """Its weights are moved off their first values, where k = 1 would hide what k is for."""
    generator = torch.Generator().manual_seed(0)
    made = neurons.Layer(model, generator=generator, **OPTIONS.get(model, {}) | options)
    with torch.no_grad():
        for w in made.parameters():
            w += 0.1 * torch.rand(w.shape, generator=generator)
    return made.to(DEVICE)


def built(library: str, ours: neurons.Layer, x: torch.Tensor) -> tuple[peers.Run, list]:
    """The library's neuron; a test of one that this machine lacks is skipped."""
    try:
        return peers.build(library, ours, x)
    except NotImplementedError as why:
        if re.search("pip install| a GPU", str(why)):
            pytest.skip(str(why))
        raise


def gradients(run, params: list, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    upstream = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).to(x.device)
    return list(torch.autograd.grad((run(x) * upstream).sum(), [x, *params]))


@pytest.mark.parametrize(
    "library, model, detach_reset",
    [(*pair, False) for pair in PAIRS]
    + [(*pair, True) for pair in PAIRS if pair[1] not in UNDETACHED],
)
def test_spikes_and_gradients_are_ours(library, model, detach_reset):
    x = current(SHAPE)
    ours = layer(model, detach_reset=detach_reset)
    run, params = built(library, ours, x)
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
        ("norse", "lif", {"surrogate": "triangle"}),
        ("norse", "lif", {"surrogate": "triangle", "tau": 3.0, "decay_input": True, "v_th": 0.4}),
        ("norse", "lif", {"surrogate": "triangle", "decay": "exp", "v_reset": -0.5}),
    ],
)
def test_our_options_reach_the_library(library, model, options):
    x = current(SHAPE)
    ours = layer(model, **options)
    run, _ = built(library, ours, x)
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
        ("spikingjelly_triton", "psn", {}, "no Triton kernel of psn"),
        ("spikingjelly_triton", "lif", {"surrogate": "rect"}, "kernel of lif has no 'rect'"),
        ("norse", "plif", {}, "norse has no plif"),
        ("norse", "lif", {"reset": "soft"}, "resets to v_reset"),
        ("norse", "lif", {"detach_reset": True}, "in the gradient"),
        ("norse", "lif", {"surrogate": "sigmoid"}, "no surrogate .*sigmoid"),
        ("fla", "lif", {}, "fla has no lif"),
        ("fla", "dsn", {"enhanced": True}, "no enhanced dsn"),
        ("fla", "dsn", {"surrogate": "atan"}, "no binary spikes"),
    ],
)
def test_what_a_library_lacks_is_said_in_one_line(library, model, options, reason):
    with pytest.raises(NotImplementedError, match=reason) as error:
        peers.build(library, layer(model, **options), current(SHAPE))
    assert "\n" not in str(error.value)


def test_norse_fires_as_we_do_whatever_stands_in_for_our_surrogate():
    x, ours = current(SHAPE), layer("lif")
    run, _ = built("norse", ours, x)
    assert torch.equal(run(x), ours(x)) and "SuperSpike where ours is atan" in norse.NOTE


@pytest.fixture
def interpretable(monkeypatch):
    """fla's recurrent kernel, of one configuration, where there is no GPU.

    Triton's interpreter has no clock to choose a configuration by, and cannot run the chunked one.
    """
    hgrn = pytest.importorskip("fla.ops.hgrn", reason="needs fla-core")
    if DEVICE.type == "cpu":
        module = sys.modules["fla.ops.hgrn.fused_recurrent"]
        for way in ("fwd", "bwd"):
            tuner = getattr(module, f"fused_recurrent_hgrn_{way}_kernel").fn
            monkeypatch.setattr(tuner, "configs", tuner.configs[:1])
        monkeypatch.setattr(hgrn, "chunk_hgrn", hgrn.fused_recurrent_hgrn)


def test_dsn_out_of_fla_s_parts_is_ours(interpretable):
    x, ours = current(SHAPE), layer("dsn")
    run, params = peers.build("fla", ours, x)
    spikes = ours(x)
    assert len(spikes.unique()) > 2
    assert torch.equal(run(x), spikes)
    expected = gradients(ours, list(ours.parameters()), x)
    torch.testing.assert_close(gradients(run, params, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(DEVICE.type == "cuda", reason="there is a GPU")
@pytest.mark.parametrize("library, model", [("fla", "dsn"), ("spikingjelly_triton", "lif")])
def test_what_needs_a_gpu_says_so(library, model, monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with pytest.raises(NotImplementedError, match="need a GPU"):
        peers.build(library, layer(model), current(SHAPE))


@pytest.mark.parametrize("model", [m for m in SERIAL + PARALLEL if m != "ilif"])
def test_without_its_kernels_spikingjelly_is_ours_too(model):
    """Which is how it runs on a GPU; a CPU has no kernels to keep it from."""
    x, ours = current(SHAPE), layer(model)
    run, params = spikingjelly.node(ours, spikingjelly.surrogate(ours).forward)
    assert torch.equal(run(x), ours(x))
    expected = gradients(ours, list(ours.parameters()), x)
    for theirs, wanted in zip(gradients(run, params, x), expected, strict=True):
        torch.testing.assert_close(theirs.view_as(wanted), wanted, rtol=1e-4, atol=1e-6)


def test_a_compiled_kernel_does_not_pass_for_one_in_triton(monkeypatch):
    functional = pytest.importorskip("spikingjelly.activation_based.functional")
    chosen = {"implementation": "cuda", "unavailable": {}}
    monkeypatch.setattr(functional, "neuron_implementation", lambda *_: chosen)
    monkeypatch.setattr(torch, "get_default_device", lambda: torch.device("cuda"))
    with pytest.raises(NotImplementedError, match="on cuda here; set SJ_IF_CUDA_IMPLEMENTATION"):
        spikingjelly_triton.build(layer("iaf"))


@pytest.mark.parametrize("adapter, model", [(snntorch, "lif"), (norse, "lif"), (fla, "dsn")])
def test_a_library_that_is_not_installed_is_named(adapter, model, monkeypatch):
    library = adapter.__name__.rpartition(".")[2]
    for module in {library, *(name for name in sys.modules if name.startswith(f"{library}."))}:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NotImplementedError, match=f"pip install {adapter.PACKAGE}"):
        peers.build(library, layer(model), current(SHAPE))


@pytest.mark.parametrize("model, longest", spikingjelly.LONGEST.items())
def test_a_sequence_too_long_to_wait_for_is_refused(model, longest):
    with pytest.raises(NotImplementedError, match=f"{model} stops at T={longest}: .*quadratic"):
        x = torch.zeros(longest + 1, 1, SHAPE.C, device=DEVICE)
        peers.build("spikingjelly", layer(model), x)


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
    x = torch.tensor([1.0, 0.7, 0.9, 0.2], device=DEVICE).view(4, 1, 1)
    ours = layer("lif", tau=2.0)
    run, _ = peers.build("snntorch", ours, x)
    assert ours(x).flatten().tolist() == [1, 0, 1, 0]
    assert run(x).flatten().tolist() == [0, 1, 0, 0]
    with pytest.raises(RuntimeError, match=r"25\.00%"):
        last = (torch.arange(4, device=DEVICE) == 3).view(4, 1, 1)
        peers.verify("snntorch", ours, lambda x: ours(x) + last, x)


def test_an_integer_spike_may_flip_where_it_is_rounded_and_nowhere_else():
    x = torch.tensor([0.2, 1.49998, 2.3], device=DEVICE).view(3, 1, 1)
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

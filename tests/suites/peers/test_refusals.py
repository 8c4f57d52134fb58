"""What a library lacks is refused in one line, and a neuron with other spikes is not timed."""

import sys
from types import SimpleNamespace

import pytest
import torch

import neurons
from suites import peers
from suites.cases import current
from suites.peers import fla, norse, snntorch, spikingjelly, spikingjelly_triton
from tests.suites.peers.samples import DEVICE, SHAPE, layer

CLOSED = neurons.surrogate("rect", closed=True)


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
        ("spikingjelly", "ilif", {"reset": "none"}, "reset='none'"),
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


@pytest.mark.skipif(DEVICE.type == "cuda", reason="there is a GPU")
@pytest.mark.parametrize("library, model", [("fla", "dsn"), ("spikingjelly_triton", "lif")])
def test_what_needs_a_gpu_says_so(library, model, monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with pytest.raises(NotImplementedError, match="need a GPU"):
        peers.build(library, layer(model), current(SHAPE))


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

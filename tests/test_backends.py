"""Which backend runs what, and that a compiled neuron is the same neuron."""

import copy
import shutil

import pytest
import torch
from torch._dynamo.utils import counters

import neurons
from neurons import Layer, backends
from tests.subjects import DUAL, MODELS, current, fires, gradients, made, says


def test_names_are_the_table():
    assert backends.names() == sorted(backends.BACKENDS)
    assert {"eager", "serial", "compile"} <= set(backends.names())


def test_auto_resolves_when_made():
    assert Layer("lif").backend == "eager"
    assert Layer("dsn").backend == "eager"
    assert Layer("lif", stateful=True).backend == "eager"
    assert Layer("dsn", stateful=True).backend == "serial"


@pytest.mark.parametrize("model", MODELS)
def test_eager_runs_everything(model):
    assert backends.missing(neurons.get(model), "eager") is None


@pytest.mark.parametrize("model", MODELS)
def test_serial_is_for_models_with_both_forms(model):
    reason = backends.missing(neurons.get(model), "serial")
    assert (reason is None) == (model in DUAL)
    assert reason is None or "backend='eager'" in reason


def test_a_missing_compiler_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    reason = backends.missing(neurons.get("lif"), "compile")
    assert reason is not None and "install g++" in reason and "\n" not in reason
    with pytest.raises(ValueError) as error:
        Layer("lif", backend="compile")
    says(error, "compile", "lif", "install g++")


@pytest.mark.parametrize("backend", ["cuda", "", "EAGER"])
def test_unknown_backends_are_one_line(backend):
    with pytest.raises(ValueError) as error:
        backends.missing(neurons.get("lif"), backend)
    says(error, repr(backend), *backends.names())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_run_returns_spikes_in_the_dtype_of_x_and_a_wide_state(dtype):
    x, lif = current(5).to(dtype), neurons.get("lif")
    s, state = backends.run(lif, "eager", x, lif.params(), neurons.Layer("lif").fire)
    assert s.dtype == dtype
    assert state.v.dtype == torch.promote_types(dtype, torch.float32)


def test_the_whole_sequence_leaves_no_state():
    layer = made("sliding_psn")
    _, state = backends.run(layer.neuron, "eager", current(5), layer.params, layer.fire)
    assert state is None


# compile

COMPILER = backends.missing(neurons.get("lif"), "compile")
compiled = [pytest.mark.slow, pytest.mark.skipif(COMPILER is not None, reason=str(COMPILER))]


def compilations() -> int:
    return counters["stats"]["unique_graphs"]


@pytest.mark.parametrize("model", [pytest.param(name, marks=compiled) for name in ("lif", "dsn")])
def test_one_compilation_serves_every_length(model):
    options = {"shape": (3,)}
    layer, reference = (made(model, backend=b, **options).double() for b in ("compile", "eager"))
    before = None
    for T in (7, 64, 65, 300):
        x = current(T, 2, 3, dtype=torch.float64)
        s, expected = gradients(reference, x)
        again, ours = gradients(layer, x)
        assert torch.equal(again, s)
        torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-10)
        before = before or compilations()
    assert compilations() == before > 0
    gradients(copy.deepcopy(layer), x)
    assert compilations() == before, "a copy compiles again"
    assert fires(s)


@pytest.mark.parametrize("model", [pytest.param("psn", marks=compiled)])
def test_a_compiled_sequence_equals_eager(model):
    layer, reference = (made(model, backend=b, T=12) for b in ("compile", "eager"))
    x = current(12)
    s, expected = gradients(reference, x)
    again, ours = gradients(layer, x)
    assert torch.equal(again, s)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", [pytest.param("lif", marks=compiled)])
def test_a_compiled_layer_carries_its_state(model):
    layer = Layer(model, backend="compile", stateful=True)
    x = current(12, 2, 3)
    parts = torch.cat([layer(chunk) for chunk in x.split([4, 5, 3])])
    assert torch.equal(parts, Layer(model)(x))

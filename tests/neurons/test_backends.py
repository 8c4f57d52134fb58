"""Which backend runs which model, and the error of one that cannot."""

import shutil

import pytest
import torch

import neurons
from neurons import Layer, backends
from tests.neurons.samples import DUAL, MODELS, assert_one_line, build_layer, input_current


def test_names_are_the_files():
    assert backends.names() == sorted(backends.BACKENDS)
    assert {"eager", "serial", "compile", "cpu"} <= set(backends.names())


def test_auto_is_resolved_when_the_layer_is_built():
    assert Layer("lif").backend == "cpu"
    assert Layer("dsn", stateful=True).backend == "cpu"
    assert Layer("dsn", enhanced=True).backend == "eager"
    assert Layer("dsn", enhanced=True, stateful=True).backend == "serial"
    assert Layer("psn").backend == "eager"


@pytest.mark.parametrize("model", ["lif", "dsn"])
def test_auto_takes_single_steps_by_a_kernel_on_a_cpu(model):
    layer, x = Layer(model, shape=(6,), stateful=True), torch.randn(6, 2, 6)
    for part in x.split([1, 4, 1]):
        layer(part)
        assert layer.backend == "cpu"


@pytest.mark.parametrize(("model", "torch_backend"), [("lif", "eager"), ("dsn", "serial")])
def test_auto_takes_short_inputs_of_a_stateful_layer_by_torch(model, torch_backend):
    neuron = neurons.get(model)
    assert backends.choose(neuron, "auto", stateful=True, short=True) == torch_backend
    assert backends.choose(neuron, "auto", stateful=True) == "cpu"
    assert backends.choose(neuron, "auto", short=True) == "cpu"
    one_step = torch.zeros(1, 2, 6, device="meta")
    assert backends.is_short(one_step)
    assert not backends.is_short(one_step.expand(2, 2, 6))
    assert not backends.is_short(torch.zeros(1, 2, 2**15 + 1, device="meta"))
    assert not backends.is_short(torch.zeros(1, 2, 6))


def test_auto_multiplies_matrices_where_there_are_many_taps():
    assert Layer("sliding_psn", k=32).backend == "cpu"
    assert Layer("sliding_psn", k=33).backend == "eager"
    assert Layer("sliding_psn", k=33, stateful=True).backend == "cpu"
    assert Layer("dsn", k=33).backend == "cpu"


@pytest.mark.parametrize("model", MODELS)
def test_eager_runs_everything(model):
    assert backends.refusal(neurons.get(model), "eager") is None


@pytest.mark.parametrize("model", MODELS)
def test_serial_is_for_models_with_both_forms(model):
    reason = backends.refusal(neurons.get(model), "serial")
    assert (reason is None) == (model in DUAL)
    line = f"backend 'serial' cannot run {model}: "
    assert reason is None or (reason.startswith(line) and reason.endswith("use backend='eager'"))


def test_a_missing_compiler_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    reason = backends.refusal(neurons.get("lif"), "compile")
    assert reason is not None and "install g++" in reason and "\n" not in reason
    with pytest.raises(ValueError) as error:
        Layer("lif", backend="compile")
    assert str(error.value) == reason
    assert_one_line(error, "backend 'compile' cannot compile lif: ", "install g++")


@pytest.mark.parametrize("backend", ["cuda", "", "EAGER"])
def test_unknown_backends_are_one_line(backend):
    with pytest.raises(ValueError) as error:
        backends.refusal(neurons.get("lif"), backend)
    assert_one_line(error, repr(backend), *backends.names())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_run_returns_spikes_in_the_dtype_of_x_and_a_wide_state(dtype):
    x, lif = input_current(5).to(dtype), neurons.get("lif")
    s, state = backends.run(lif, "eager", x, lif.params(), neurons.Layer("lif").fire)
    assert s.dtype == dtype
    assert state.v.dtype == torch.promote_types(dtype, torch.float32)


def test_the_whole_sequence_leaves_no_state():
    layer = build_layer("sliding_psn")
    _, state = backends.run(layer.neuron, "eager", input_current(5), layer.params, layer.fire)
    assert state is None

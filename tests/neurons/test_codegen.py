"""Generated C computes what `step` does, bit for bit if IEEE 754 defines every operation."""

import re

import pytest
import torch

import neurons
from neurons.backends import cpu
from neurons.codegen.c import source
from neurons.codegen.generated import CHECKPOINT_INTERVAL
from neurons.codegen.operations import TRANSCENDENTAL
from neurons.codegen.operators import Handle, kernel
from neurons.codegen.trace import trace
from tests.neurons.samples import (
    assert_all_written,
    assert_calls_continue,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
)

reason = neurons.backends.refusal(neurons.get("lif"), "cpu")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))
GENERATED = [n for n in neurons.names() if neurons.backends.refusal(neurons.get(n), "cpu") is None]
models = pytest.mark.parametrize("model", GENERATED)


def pair(model, **options):
    """Return the generated layer, and the one that it must equal."""
    reference = "serial" if neurons.get(model).sequence else "eager"
    return [build_layer(model, backend=b, shape=(13,), **options) for b in ("cpu", reference)]


def program(model, channels=13):
    layer = build_layer(model, shape=(channels,))
    return trace(layer.neuron, layer.params, layer.fire, channels)


def exact(model):
    """Return whether IEEE 754 defines the result of every operation of a forward step."""
    compiled = program(model)
    nodes = compiled.needed(compiled.forward)
    return TRANSCENDENTAL.isdisjoint(compiled.instructions[node].operation for node in nodes)


def test_which_models_have_a_program():
    assert {"lif", "plif", "clif", "glif", "dsn", "pmsn", "sliding_psn"} <= set(GENERATED)
    assert {name for name in ("lif", "iaf", "ilif", "klif") if exact(name)} == {
        *("lif", "iaf", "ilif", "klif")
    }
    assert not exact("clif") and not exact("dsn")


@models
def test_float64_spikes_are_eagers_bit_for_bit(model):
    ours, reference = pair(model)
    x = input_current(300, 5, 13, dtype=torch.float64)
    s, expected = ours.double()(x), reference.double()(x)
    assert fires_sometimes(s[:128])
    assert torch.equal(s, expected)


@models
@pytest.mark.slow
def test_float32_spikes_flip_at_most_once_in_a_million_where_functions_are_approximated(model):
    ours, reference = pair(model)
    x = input_current(256, 400, 13)
    with torch.no_grad():
        flips = (ours(x) != reference(x)).sum().item()
    assert flips <= (0 if exact(model) else 3 * x.numel() / 1e6)


@models
@pytest.mark.parametrize(
    "T", [1, CHECKPOINT_INTERVAL - 1, CHECKPOINT_INTERVAL, 3 * CHECKPOINT_INTERVAL + 1]
)
def test_gradients_for_any_length_of_the_last_segment(model, T):
    ours, reference = (layer.double() for layer in pair(model))
    x = input_current(T, 3, 13, dtype=torch.float64)
    for a, b in zip(gradients(ours, x)[1], gradients(reference, x)[1], strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", neurons.SURROGATES)
@pytest.mark.parametrize("options", [{"reset": "soft"}, {"detach_reset": True, "strict": True}])
def test_every_surrogate_and_reset(name, options):
    ours, reference = (layer.double() for layer in pair("clif", surrogate=name, **options))
    x = input_current(50, 3, 13, dtype=torch.float64)
    (s, grads), (expected, others) = (gradients(layer, x) for layer in (ours, reference))
    assert torch.equal(s, expected)
    for a, b in zip(grads, others, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@models
def test_nothing_is_left_unwritten(model, monkeypatch):
    assert_all_written(pair(model)[0], input_current(CHECKPOINT_INTERVAL + 5, 3, 13), monkeypatch)


@pytest.mark.parametrize("model", ["clif", "plif", "dsn", "glif"])
def test_threads_and_blocks_change_nothing(model, monkeypatch):
    layer, x = pair(model)[0], input_current(40, 20, 13)
    s, grads = gradients(layer, x)
    torch.set_num_threads(2)
    try:
        monkeypatch.setattr(cpu, "LARGEST_BLOCK", 64)
        again, others = gradients(layer, x)
    finally:
        torch.set_num_threads(1)
    assert torch.equal(s, again)
    assert all(map(torch.equal, grads, others))


@models
def test_the_state_carries_on_with_its_gradient(model):
    once, twice = (pair(model, stateful=True)[0].double() for _ in "ab")
    assert_calls_continue(once, twice, input_current(70, 2, 13, dtype=torch.float64))


def test_a_last_state_has_a_gradient():
    x, grads = input_current(40, 2, 13, dtype=torch.float64).requires_grad_(), []
    for layer in pair("clif", stateful=True):
        layer.double()(x)
        grads.append(torch.autograd.grad(layer.state.v.sum() + layer.state.m.sum(), x)[0])
    torch.testing.assert_close(*grads, rtol=1e-12, atol=1e-14)


def test_a_model_may_have_no_state_at_all():
    ours, reference = (layer.double() for layer in pair("sliding_psn", k=1))
    x = input_current(40, 2, 13, dtype=torch.float64)
    assert torch.equal(ours(x), reference(x))


def test_frozen_parameters_have_no_gradient():
    layer, reference = pair("dsn")
    for made_layer in (layer, reference):
        made_layer.conv_weight.requires_grad_(False)
    x = input_current(40, 2, 13).requires_grad_()
    s = layer(x)
    s.sum().backward()
    assert layer.conv_weight.grad is None and layer.conv_bias.grad is not None


@pytest.mark.slow
def test_torch_compile_takes_the_kernel_as_one_operation():
    layer, x = pair("plif")[0], input_current(40, 2, 13)
    s, grads = gradients(layer, x)
    compiled = torch.compile(layer, backend="aot_eager")
    again, others = gradients(compiled, x)
    assert torch.equal(s, again)
    assert all(map(torch.equal, grads, others))


@pytest.mark.slow
def test_a_kernel_may_be_built_inside_torch_compile():
    """With a surrogate that no other test uses, so that there is no kernel yet."""
    layer = neurons.Layer("clif", surrogate=neurons.surrogate("atan", alpha=3.25), backend="cpu")
    x = input_current(7, 2, 13)
    assert torch.equal(torch.compile(layer, backend="aot_eager")(x), layer(x))


def test_c_functions_have_the_arguments_that_python_declares():
    text, _ = source(program("lif"), "float")
    for name in ("forward", "backward"):
        parameters = re.search(rf"^void {name}\((.*?)\)", text, re.DOTALL | re.MULTILINE)[1]
        kinds = ["*" in parameter for parameter in parameters.split(",")]
        declared = getattr(cpu.CpuKernel(program("lif"), torch.float32).library, name).argtypes
        assert [kind is cpu.ADDRESS for kind in declared] == kinds


def test_a_kernel_lives_as_long_as_its_handle():
    handle = Handle(cpu.CpuKernel(program("lif"), torch.float32))
    number = handle.number
    assert kernel(number) is handle.kernel
    del handle
    with pytest.raises(KeyError):
        kernel(number)

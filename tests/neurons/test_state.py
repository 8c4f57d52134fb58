"""State carried between calls; the dtypes of state, spikes and gradients."""

import copy

import pytest
import torch
from torch import nn

from neurons import Layer
from tests.neurons.samples import (
    MODELS,
    RUNS,
    SERIAL,
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
    loss_weights,
)


@pytest.mark.parametrize("model", SERIAL)
def test_several_calls_with_carried_state_equal_one(model):
    x = input_current(70, dtype=torch.float64)
    whole = build_layer(model, backend="auto", shape=(64,)).double()
    parts = build_layer(model, backend="auto", shape=(64,), stateful=True).double()
    s, expected = gradients(whole, x)
    assert fires_sometimes(s)
    x = x.requires_grad_()
    again = torch.cat([parts(part) for part in x.split([1, 6, 33, 30])])
    assert torch.equal(again, s)
    ours = torch.autograd.grad((again * loss_weights(s)).sum(), [x, *parts.parameters()])
    torch.testing.assert_close(list(ours), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("model", SERIAL)
def test_reset_forgets(model):
    layer, x = build_layer(model, stateful=True), input_current(20)
    first, second = layer(x), layer(x)
    assert not torch.equal(first, second)
    layer.reset_state()
    assert layer.state is None
    assert torch.equal(layer(x), first)


def test_stateless_layers_carry_nothing():
    layer, x = Layer("lif"), input_current(20)
    assert torch.equal(layer(x), layer(x))
    assert layer.state is None


@pytest.mark.parametrize("model", SERIAL)
def test_detach_cuts_the_graph(model):
    layer = build_layer(model, stateful=True)
    early, late = input_current(5).requires_grad_(), input_current(5)
    layer(early)
    (through,) = torch.autograd.grad(layer(late).sum(), early, allow_unused=True)
    assert through is not None and through.any()
    layer.reset_state()
    layer(early)
    kept = layer.state
    layer.detach()
    assert all(torch.equal(a, b) for a, b in zip(kept, layer.state, strict=True))
    s = layer(late)
    if s.requires_grad:
        assert torch.autograd.grad(s.sum(), early, allow_unused=True) == (None,)


def test_detach_and_reset_before_any_call():
    layer = Layer("lif", stateful=True)
    layer.detach()
    layer.reset_state()
    assert layer.state is None


def test_a_changed_batch_raises_until_reset():
    layer = Layer("lif", stateful=True)
    layer(input_current(3, 4, 5))
    layer(input_current(9, 4, 5))  # another T is no change
    with pytest.raises(ValueError) as error:
        layer(input_current(3, 2, 5))
    assert_one_line(error, "(4, 5)", "(2, 5)", "reset_state()")
    layer.reset_state()
    layer(input_current(3, 2, 5))


@pytest.mark.parametrize("model", SERIAL)
def test_copies_of_a_stateful_layer_carry_its_values_but_not_its_graph(model):
    layer, x = build_layer(model, stateful=True), input_current(6).requires_grad_()
    layer(x)
    assert layer.state[0].requires_grad
    other = copy.deepcopy(layer)
    assert not any(v.requires_grad for v in other.state)
    assert layer.state[0].requires_grad
    assert torch.equal(other(x), layer(x))


def test_state_is_not_in_the_state_dict():
    layer = Layer("lif", stateful=True)
    layer(input_current(3))
    assert not layer.state_dict()


# Dtypes


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("model", SERIAL)
def test_half_input_keeps_float32_state(model, dtype):
    x = input_current(20).to(dtype)
    layer = build_layer(model, stateful=True, shape=(64,))
    s = layer(x)
    assert s.dtype == dtype
    assert all(v.dtype == torch.float32 for v in layer.state)
    expected = build_layer(model, stateful=True, shape=(64,))(x.float())
    assert torch.equal(s.float(), expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_half_layers_train(model, backend, dtype):
    layer = build_layer(model, backend=backend)
    layer(input_current(8))
    _, grads = gradients(layer.to(dtype), input_current(8).to(dtype))
    assert all(g.dtype == dtype and g.isfinite().all() for g in grads)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_layers_keep_float32_state(dtype):
    layer = Layer("lif", stateful=True)
    layer(input_current(5))
    layer.to(dtype)
    assert layer.state.v.dtype == torch.float32
    layer(input_current(5).to(dtype))
    assert layer.state.v.dtype == torch.float32


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_to_float64(model, lazy):
    layer, x = build_layer(model), input_current(8, dtype=torch.float64)
    if not lazy:
        layer(x.float())
    layer.to(torch.float64)
    s, grads = gradients(layer, x)
    assert s.dtype == torch.float64
    assert all(g.dtype == torch.float64 for g in grads)
    assert all(p.dtype == torch.float64 for p in layer.parameters())


def test_the_state_follows_to():
    layer = Layer("lif", stateful=True)
    layer(input_current(5))
    assert layer.double().state.v.dtype == torch.float64
    assert layer.to("meta").state.v.device.type == "meta"


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_autocast_changes_nothing_inside(model, backend):
    x, layer = input_current(20), build_layer(model, backend=backend)
    s = layer(x)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer(x), s)


def test_autocast_around_a_network():
    net = nn.Sequential(nn.Linear(3, 5), Layer("plif", stateful=True), nn.Linear(5, 2))
    with torch.autocast("cpu", torch.bfloat16):
        out = net(torch.randn(6, 2, 3))
    assert out.dtype == torch.bfloat16
    assert net[1].state.v.dtype == torch.float32
    out.float().sum().backward()
    assert all(p.grad.dtype == torch.float32 for p in net.parameters())

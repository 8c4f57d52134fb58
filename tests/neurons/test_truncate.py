"""k-step truncated BPTT (CLIF section 4.1): the gradient stays within windows of k steps."""

import pytest
import torch
from torch import Tensor

import neurons
from tests.neurons.samples import (
    DUAL,
    SERIAL,
    assert_one_line,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
    loss_weights,
)

T = 47
LEAKY = [name for name in SERIAL if name in ("lif", "plif", "clif", "dsn", "sliding_psn")]


def by_hand(layer: neurons.Layer, x: Tensor, k: int) -> list[Tensor]:
    """Return the gradients of a loop over steps that detaches the state before every k-th."""
    p, x = layer.params, x.detach().requires_grad_()
    state, spikes = layer.neuron.initial(x[0], p), []
    for t, x_t in enumerate(x.unbind(0)):
        if t % k == 0:
            state = type(state)(*(v.detach() for v in state))
        s, state = layer.neuron.step(x_t, state, p, layer.fire)
        spikes.append(s)
    s = torch.stack(spikes)
    return list(torch.autograd.grad((s * loss_weights(s)).sum(), [x, *layer.parameters()]))


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("model", SERIAL)
def test_truncation_is_a_detached_state_every_k_steps(model, k):
    x = input_current(T, 4, 64, dtype=torch.float64)
    layer = build_layer(model, shape=(64,), truncate=k).double()
    layer(x)  # builds the parameters that depend on T
    s, grads = gradients(layer, x)
    whole = build_layer(model, shape=(64,)).double()
    assert fires_sometimes(s) and torch.equal(s, whole(x))
    torch.testing.assert_close(grads, by_hand(layer, x, k), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("model", LEAKY)
def test_truncation_changes_the_gradient(model):
    x = input_current(T, 4, 64, dtype=torch.float64)
    _, (short, *_) = gradients(build_layer(model, shape=(64,), truncate=2).double(), x)
    _, (full, *_) = gradients(build_layer(model, shape=(64,)).double(), x)
    assert not torch.allclose(short, full, rtol=1e-2)


@pytest.mark.parametrize("k", [T, T + 1, 1000])
@pytest.mark.parametrize("model", SERIAL)
def test_a_window_as_long_as_the_sequence_truncates_nothing(model, k):
    x = input_current(T, 4, 64, dtype=torch.float64)
    s, grads = gradients(build_layer(model, shape=(64,), truncate=k).double(), x)
    again, expected = gradients(build_layer(model, shape=(64,)).double(), x)
    assert torch.equal(s, again)
    torch.testing.assert_close(grads, expected, rtol=1e-9, atol=1e-11)


def test_no_gradient_crosses_a_cut():
    layer, x = build_layer("lif", truncate=4), input_current(12).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x)[8:].sum(), x)
    assert not grad[:8].any() and grad[8:].any()


def test_the_state_of_a_stateful_layer_crosses_no_cut_either():
    """Between calls too: the first window of a call starts from a detached state."""
    layer = build_layer("lif", stateful=True, truncate=4)
    early, late = input_current(6).requires_grad_(), input_current(6).requires_grad_()
    layer(early)
    s = layer(late)
    assert torch.autograd.grad(s.sum(), [early, late], allow_unused=True)[0] is None
    whole = build_layer("lif", stateful=True)
    assert torch.equal(torch.cat([whole(early), whole(late)])[6:], s)


@pytest.mark.parametrize("model", DUAL)
def test_a_model_with_a_sequence_is_truncated_on_its_steps(model):
    assert build_layer(model, shape=(64,), truncate=3).backend == "cpu"


@pytest.mark.parametrize("k", [0, -1, 2.0, "4"])
def test_other_values_are_errors(k):
    with pytest.raises(ValueError, match="must be an integer > 0") as error:
        build_layer("lif", truncate=k)
    assert_one_line(error, f"truncate = {k!r}")


def test_a_model_without_steps_cannot_be_truncated():
    with pytest.raises(ValueError, match="it has no step") as error:
        build_layer("psn", truncate=4)
    assert_one_line(error, "psn")


def test_eager_keeps_no_state_to_cut():
    with pytest.raises(ValueError, match="backend='serial'") as error:
        build_layer("dsn", backend="eager", truncate=4)
    assert_one_line(error, "dsn")

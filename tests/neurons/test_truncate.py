"""k-step truncated BPTT (CLIF section 4.1): the gradient stays within pieces of k steps."""

import pytest
import torch
from torch import Tensor

import neurons
from tests.neurons.samples import DUAL, SERIAL, current, fires, gradients, made, says, weights

T = 47
LEAKY = [name for name in SERIAL if name in ("lif", "plif", "clif", "dsn", "sliding_psn")]


def by_hand(layer: neurons.Layer, x: Tensor, k: int) -> list[Tensor]:
    """Step after step, with the state detached before every k-th."""
    p, x = layer.params, x.detach().requires_grad_()
    state, spikes = layer.neuron.initial(x[0], p), []
    for t, x_t in enumerate(x.unbind(0)):
        if t % k == 0:
            state = type(state)(*(v.detach() for v in state))
        s, state = layer.neuron.step(x_t, state, p, layer.fire)
        spikes.append(s)
    s = torch.stack(spikes)
    return list(torch.autograd.grad((s * weights(s)).sum(), [x, *layer.parameters()]))


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("model", SERIAL)
def test_truncation_is_a_detached_state_every_k_steps(model, k):
    x = current(T, 4, 64, dtype=torch.float64)
    layer = made(model, shape=(64,), truncate=k).double()
    layer(x)  # makes what belongs to a T
    s, found = gradients(layer, x)
    whole = made(model, shape=(64,)).double()
    assert fires(s) and torch.equal(s, whole(x))
    torch.testing.assert_close(found, by_hand(layer, x, k), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("model", LEAKY)
def test_truncation_changes_the_gradient(model):
    x = current(T, 4, 64, dtype=torch.float64)
    _, (short, *_) = gradients(made(model, shape=(64,), truncate=2).double(), x)
    _, (full, *_) = gradients(made(model, shape=(64,)).double(), x)
    assert not torch.allclose(short, full, rtol=1e-2)


@pytest.mark.parametrize("k", [T, T + 1, 1000])
@pytest.mark.parametrize("model", SERIAL)
def test_a_piece_as_long_as_the_sequence_truncates_nothing(model, k):
    x = current(T, 4, 64, dtype=torch.float64)
    s, found = gradients(made(model, shape=(64,), truncate=k).double(), x)
    again, expected = gradients(made(model, shape=(64,)).double(), x)
    assert torch.equal(s, again)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-11)


def test_no_gradient_crosses_a_cut():
    layer, x = made("lif", truncate=4), current(12).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x)[8:].sum(), x)
    assert not grad[:8].any() and grad[8:].any()


def test_the_state_of_a_stateful_layer_crosses_no_cut_either():
    """Between calls as well: the first piece of a call starts from a detached state."""
    layer = made("lif", stateful=True, truncate=4)
    early, late = current(6).requires_grad_(), current(6).requires_grad_()
    layer(early)
    s = layer(late)
    assert torch.autograd.grad(s.sum(), [early, late], allow_unused=True)[0] is None
    whole = made("lif", stateful=True)
    assert torch.equal(torch.cat([whole(early), whole(late)])[6:], s)


@pytest.mark.parametrize("model", DUAL)
def test_a_model_with_a_sequence_is_truncated_on_its_steps(model):
    assert made(model, shape=(64,), truncate=3).backend == "cpu"


@pytest.mark.parametrize("k", [0, -1, 2.0, "4"])
def test_other_values_are_errors(k):
    with pytest.raises(ValueError, match="must be an integer > 0") as error:
        made("lif", truncate=k)
    says(error, f"truncate = {k!r}")


def test_a_model_without_steps_cannot_be_truncated():
    with pytest.raises(ValueError, match="it has no step") as error:
        made("psn", truncate=4)
    says(error, "psn")


def test_eager_keeps_no_state_to_cut():
    with pytest.raises(ValueError, match="backend='serial'") as error:
        made("dsn", backend="eager", truncate=4)
    says(error, "dsn")

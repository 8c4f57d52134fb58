"""k-step truncated BPTT, in three readings: the gradient stays within windows of k steps."""

import itertools

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


def by_hand(layer: neurons.Layer, x: Tensor, k: int, first: bool = False) -> list[Tensor]:
    """Return the gradients of a loop that detaches the state before every k-th step.

    With `first`, before every step from the k-th on.
    """
    p, x = layer.params, x.detach().requires_grad_()
    state, spikes = layer.neuron.initial(x[0], p), []
    for t, x_t in enumerate(x.unbind(0)):
        if t >= k if first else t % k == 0:
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


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("model", ["clif", "glif", "atlif", "dsn"])
def test_the_first_k_steps_alone_are_joined(model, k):
    x = input_current(12, 4, 16, dtype=torch.float64)
    layer = build_layer(model, shape=(16,), truncate=k, truncation="first").double()
    layer(x)
    _, grads = gradients(layer, x)
    torch.testing.assert_close(grads, by_hand(layer, x, k, first=True), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("model", ["lif", "clif", "glif", "stclif", "dsn", "sliding_psn"])
def test_lags_keep_the_gradient_of_a_spike_to_its_last_k_inputs(model, k):
    x = input_current(12, 2, 6, dtype=torch.float64).requires_grad_()
    whole = build_layer(model, shape=(6,), backend="serial" if model in DUAL else "eager").double()
    s = whole(x)
    expected = torch.zeros_like(x)
    for t, terms in enumerate((s * loss_weights(s)).unbind(0)):
        (grad,) = torch.autograd.grad(terms.sum(), x, retain_graph=True)
        expected[max(0, t - k + 1) : t + 1] += grad[max(0, t - k + 1) : t + 1]
    layer = build_layer(model, shape=(6,), truncate=k, truncation="lags").double()
    again, (grad, *learned) = gradients(layer, x)
    assert torch.equal(again, s) and all(v.isfinite().all() for v in learned)
    torch.testing.assert_close(grad, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("model", ["lif", "plif", "clif"])
def test_the_readings_agree_at_k_1_and_T_and_differ_between(model):
    x = input_current(6, 4, 16, dtype=torch.float64)
    for k, readings in ((1, 1), (3, 3), (6, 1)):
        grads = [
            gradients(build_layer(model, truncate=k, truncation=reading).double(), x)[1][0]
            for reading in ("blocks", "lags", "first")
        ]
        same = [torch.allclose(a, b, atol=1e-12) for a, b in itertools.pairwise(grads)]
        assert same == [readings == 1] * 2


def test_lags_carry_statistics_and_the_step_number():
    x, layers = input_current(7), []
    for options in ({}, {"truncate": 3, "truncation": "lags"}):
        layers.append(build_layer("atlif", T=7, stateful=True, backend="eager", **options))
    assert torch.equal(*(layer(x) for layer in layers))
    assert torch.equal(*(layer.running for layer in layers)) and layers[1].state.t == 7


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"truncation": "lags"}, ["'lags'", "truncate=k"]),
        ({"truncation": "lag", "truncate": 3}, ["'lag'", "'lags'?", "blocks", "first"]),
    ],
)
def test_other_readings_are_errors(options, words):
    with pytest.raises(ValueError) as error:
        build_layer("lif", **options)
    assert_one_line(error, *words)


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

"""What holds for every model: one result, causality, the right derivative, for every shape."""

import math

import pytest
import torch
from torch import Tensor

import neurons
from suites.gradients.finite_differences import DIFFERENTIABLE
from tests.neurons.samples import (
    DUAL,
    LEARNED,
    MODELS,
    RUNS,
    SERIAL_RUNS,
    build_layer,
    fires_sometimes,
    gradients,
    input_current,
    loss_weights,
)

INVARIANT = [name for name in MODELS if "shape" not in neurons.get(name).needs]


@pytest.mark.parametrize("reset", ["hard", "soft"])
@pytest.mark.parametrize("decay_input", [False, True])
@pytest.mark.parametrize(("model", "decay"), [("lif", "linear"), ("lif", "exp"), ("plif", None)])
def test_leaky_neurons_are_their_equations(model, decay, decay_input, reset):
    """With tau = 3, where d and 1 - d differ, and v_reset that is not zero."""
    v_th = 0.4 if decay_input else 0.9
    options = {"tau": 3.0, "v_th": v_th, "v_reset": -0.2, "decay_input": decay_input}
    options |= {"decay": decay} if decay else {}
    layer = build_layer(model, reset=reset, stateful=True, **options).double()
    x = input_current(40, 3, dtype=torch.float64)
    s = layer(x)
    leak = 1 - math.exp(-1 / 3) if decay == "exp" else 1 / 3
    v = torch.full((3,), -0.2, dtype=torch.float64)
    for x_t, s_t in zip(x, s, strict=True):
        h = v + leak * (x_t - (v + 0.2)) if decay_input else v - leak * (v + 0.2) + x_t
        assert torch.equal(s_t, (h >= v_th).double())
        v = torch.where(s_t > 0, -0.2 if reset == "hard" else h - v_th, h)
    assert fires_sometimes(s)
    torch.testing.assert_close(layer.state.v, v, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("T", [1, 7, 63, 64, 65, 1000])
@pytest.mark.parametrize("model", DUAL)
def test_steps_equal_the_sequence(model, T):
    x = input_current(T, dtype=torch.float64)
    whole = build_layer(model, backend="eager", shape=(64,)).double()
    steps = build_layer(model, backend="serial", shape=(64,)).double()
    s, expected = gradients(whole, x)
    again, ours = gradients(steps, x)
    assert fires_sometimes(s)
    assert torch.equal(s, again)
    torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("model", "backend"), SERIAL_RUNS)
def test_the_future_does_not_change_the_past(model, backend):
    layer, x = build_layer(model, backend=backend), input_current(70)
    s = layer(x)
    assert fires_sometimes(s)
    for t in (1, 32, 63, 69):
        other = torch.cat([x[:t], torch.randn_like(x[t:])])
        assert torch.equal(layer(other)[:t], s[:t])


@pytest.mark.parametrize(("model", "backend"), SERIAL_RUNS)
def test_the_future_has_no_gradient_from_the_past(model, backend):
    x = input_current(70).requires_grad_()
    (grad,) = torch.autograd.grad(build_layer(model, backend=backend)(x)[:40].sum(), x)
    assert not grad[40:].any() and grad[:40].any()


def test_psn_is_not_causal():
    layer, x = build_layer("psn"), input_current(16)
    changed = torch.cat([x[:15], 9 + x[15:]])
    assert not torch.equal(layer(changed)[:15], layer(x)[:15])


def first_state(layer, x):
    """Return a first state that is not the initial one, and its fields that have a gradient.

    No state if the backend runs no steps. What all neurons share (the step number, running
    statistics) has no gradient.
    """
    neuron = layer.neuron
    if neuron.step is None or (layer.backend == "eager" and neuron.sequence):
        return None, []
    initial = neuron.initial(x[0], layer.params)
    fields = [n for n, v in initial._asdict().items() if v.ndim and n not in neuron.running]
    values = {n: getattr(initial, n) + 0.1 * torch.randn_like(getattr(initial, n)) for n in fields}
    return initial._replace(**{n: v.detach().requires_grad_() for n, v in values.items()}), fields


@pytest.mark.parametrize(
    ("model", "backend", "reset"),
    [(model, backend, reset) for model, backend in RUNS for reset in neurons.get(model).resets],
)
def test_backward_is_the_derivative_of_the_smooth_forward(model, backend, reset):
    """Finite differences hold for the smooth fire; this checks all but the surrogate itself.

    Of spikes and last states, with respect to input, first state and parameters. Running
    statistics have no gradient: the layer is in evaluation mode.
    """
    options = DIFFERENTIABLE.get(model, {})
    layer = build_layer(model, backend=backend, reset=reset, **options).double()
    x = input_current(6, 2, 3, dtype=torch.float64).requires_grad_()
    layer(x)
    layer.train(not neurons.get(model).running)
    fire, names = neurons.smooth(layer.fire), [name for name, _ in layer.named_parameters()]
    state, fields = first_state(layer, x)

    def run(x: Tensor, *values: Tensor) -> tuple[Tensor, ...]:
        p = layer.params._replace(**dict(zip(names, values[len(fields) :], strict=True)))
        before = state and state._replace(**dict(zip(fields, values, strict=False)))
        s, after = neurons.backends.run(layer.neuron, layer.backend, x, p, fire, before)
        return s, *(getattr(after, name) for name in fields)

    parameters = [p.detach().clone().requires_grad_() for p in layer.parameters()]
    assert bool(parameters) == bool(neurons.get(model).learnable)
    assert bool(fields) == (state is not None)
    states = (getattr(state, name) for name in fields)
    assert torch.autograd.gradcheck(run, (x, *states, *parameters))


@pytest.mark.parametrize("option", [{"decay_input": True}, {"v_reset": -0.3}, {"decay": "exp"}])
def test_backward_with_the_options_of_lif(option):
    layer = build_layer("lif", **option)
    layer.fire = neurons.smooth(layer.fire)
    assert torch.autograd.gradcheck(
        layer, input_current(6, 2, dtype=torch.float64).requires_grad_()
    )


def test_backward_of_the_enhanced_dsn():
    layer = build_layer("dsn", enhanced=True, shape=(3,)).double()
    layer.fire = neurons.smooth(layer.fire)
    x = input_current(6, 2, 3, dtype=torch.float64)
    _, grads = gradients(layer, x)
    assert [name for name, _ in layer.named_parameters()] == ["conv_weight", "conv_bias", "mix"]
    assert all(g.any() for g in grads)
    assert torch.autograd.gradcheck(layer, x.requires_grad_())


# Shapes


@pytest.mark.parametrize("model", INVARIANT)
@pytest.mark.parametrize("shape", [(6,), (2, 3), (2, 3, 1), (1, 2, 3)])
def test_neurons_do_not_see_their_neighbours(model, shape):
    x = input_current(9, 6)
    layer = build_layer(model)
    assert torch.equal(layer(x.view(9, *shape)), layer(x).view(9, *shape))


@pytest.mark.parametrize("enhanced", [False, True])
@pytest.mark.parametrize("backend", ["eager", "serial"])
@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3, 4, 5)])
def test_dsn_has_its_channels_second(backend, shape, enhanced):
    """More places per channel equal more samples."""
    x = input_current(9, *shape, dtype=torch.float64)
    layer = build_layer("dsn", backend=backend, shape=(3,), enhanced=enhanced).double()
    samples = x.movedim(2, -1).reshape(9, -1, 3)
    expected = layer(samples).view(9, 2, *shape[2:], 3).movedim(-1, 2)
    assert torch.equal(layer(x), expected)


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_strides_do_not_matter(model, backend):
    x = input_current(9, 5, 4, dtype=torch.float64).transpose(1, 2)
    layer = build_layer(model, backend=backend, shape=(5,)).double()
    s, grads = gradients(layer, x)
    again, expected = gradients(layer, x.contiguous())
    assert torch.equal(s, again)
    torch.testing.assert_close(grads, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("model", "backend"), RUNS)
def test_expanded_upstream_gradient(model, backend):
    layer, x = build_layer(model, backend=backend), input_current(9).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x).sum(), x)
    (expected,) = torch.autograd.grad(layer(x), x, torch.ones_like(x))
    torch.testing.assert_close(grad, expected)


@pytest.mark.parametrize("model", LEARNED)
def test_gradient_of_the_parameters_alone(model):
    layer, x = build_layer(model), input_current(9)
    _, (_, *expected) = gradients(layer, x)
    ours = torch.autograd.grad((layer(x) * loss_weights(x)).sum(), list(layer.parameters()))
    torch.testing.assert_close(list(ours), expected)

"""A compiled model computes what eager does, for any length, layout, dtype, gradients and state.

Compiling takes seconds, so the tests of a model share shapes, and with them the compilations.
"""

import copy
from functools import partial

import pytest
import torch
from torch import Tensor
from torch._dynamo.utils import counters

import neurons
from tests.neurons.samples import (
    SERIAL,
    build_layer,
    every_model,
    fires_sometimes,
    gradients,
    input_current,
    loss_weights,
)

LENGTHS = (1, 7, 63, 64, 65, 1000)

reason = neurons.backends.refusal(neurons.get("lif"), "compile")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(reason is not None, reason=str(reason))]
COMPILED = every_model("lif", "dsn", "psn")  # a step, one that learns and has a ring, a sequence
models = pytest.mark.parametrize("model", COMPILED)
double = partial(input_current, dtype=torch.float64)
close = partial(torch.testing.assert_close, rtol=1e-9, atol=1e-10)


def pair(model: str, *shape: int, T: int = 1000, **options) -> list[neurons.Layer]:
    """Return the compiled layer, and the one that it must equal: serial steps, or eager."""
    neuron = neurons.get(model)
    reference = "eager" if neurons.backends.refusal(neuron, "serial") else "serial"
    options |= {"T": T} if "T" in neuron.needs else {}
    return [build_layer(model, backend=b, shape=shape, **options) for b in ("compile", reference)]


def run_backward(layer: neurons.Layer, x: Tensor, g: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the spikes, and the gradients of all inputs that require one, for upstream g."""
    inputs = [v for v in (x, *layer.parameters()) if v.requires_grad]
    s = layer(x)
    return s.detach(), list(torch.autograd.grad(s, inputs, g.to(s.dtype)) if inputs else [])


def compilations() -> int:
    return counters["stats"]["unique_graphs"]


@models
def test_one_compilation_serves_every_length(model):
    """T = 1 has another compilation; a model with only a `sequence` is compiled for each T."""
    layers, counted = pair(model, 13), []
    for T in LENGTHS:
        layers = layers if model in SERIAL else pair(model, 13, T=T)
        x = double(T, 2, 13)
        ours, expected = (gradients(layer.double(), x) for layer in layers)
        close(ours, expected)
        counted.append(compilations())
    assert fires_sometimes(ours[0][:128])
    gradients(copy.deepcopy(layers[0]), x)
    assert compilations() == counted[-1], "a copy compiles again"
    assert model not in SERIAL or len({*counted[1:]}) == 1


@models
def test_strides_of_five_axes_and_the_gradient_of_the_input_alone(model):
    """A second derivative raises an error."""
    layers = [layer.double().requires_grad_(False) for layer in pair(model, 3, 2, 5, T=7)]
    x = double(7, 5, 2, 3, 2).permute(0, 4, 3, 2, 1).requires_grad_()
    for sizes in ((7, 1, 1, 1, 1), (1, 1, 3, 1, 5), (1, 1, 1, 1, 1), (7, 2, 3, 2, 5)):
        g = double(*reversed(sizes)).permute(4, 3, 2, 1, 0).expand(x.shape)
        close(*(run_backward(layer, x, g) for layer in layers))
    with pytest.raises(RuntimeError, match=r"create_graph|double backward"):
        (grad,) = torch.autograd.grad(layers[0](x).sum(), x, create_graph=True)
        grad.sum().backward()


@models
def test_half_input_and_the_gradients_of_the_parameters_alone(model):
    """Half input is computed in float32; only the spikes are rounded to half."""
    layer, reference = (layer.eval() for layer in pair(model, 3, 5, T=30))
    for dtype in (torch.float16, torch.bfloat16):
        x, g = input_current(30, 3, 3, 5).to(dtype), torch.randn(30, 3, 3, 5).to(dtype)
        (s, grads), (wide, wide_grads) = (
            run_backward(layer, x, g),
            run_backward(layer, x.float(), g),
        )
        assert s.any()
        torch.testing.assert_close((s, grads), (wide.to(dtype), wide_grads), rtol=0.0, atol=0.0)
        expected = run_backward(reference, x.float(), g)
        torch.testing.assert_close((wide, wide_grads), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", [q for q in COMPILED if q.values[0] in SERIAL])
def test_a_carried_state_its_gradient_and_its_strides(model):
    layers, x = pair(model, 13, stateful=True), double(12, 2, 13).requires_grad_()
    results = []
    for layer in layers:
        s = torch.cat([layer.double()(x[:5]), layer(x[5:])])
        grads = torch.autograd.grad((s * loss_weights(s)).sum(), [x, *layer.parameters()])
        layer.state = type(layer.state)(*(torch.stack([v, v], -1)[..., 0] for v in layer.state))
        with torch.no_grad():
            results.append((s.detach(), layer(x), grads))
    close(*results)

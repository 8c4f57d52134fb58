"""The backward against finite differences, in float64: of whole models and of the surrogates.

The spike of a model is replaced by its surrogate function g itself (`neurons.smooth`), whose
derivative is the one that training uses.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import SHAPE, largest

# Some models leave a path out of their gradient on purpose, which finite differences include. These
# options remove the path or put it into the gradient; evaluation mode fixes running statistics.
DIFFERENTIABLE = {"mpd_agl": {"adaptive": False}, "pmsn": {"detach_sum": False}}


def smooth_case(model: str, backend: str) -> tuple[neurons.Layer, Tensor, Tensor]:
    """Return the float64 layer of a case with smooth fire, its input and its output's gradient."""
    options = DIFFERENTIABLE.get(model, {})
    layer = cases.layer(model, backend, SHAPE, **options).double().eval()
    layer.fire = neurons.smooth(layer.fire)
    return layer, cases.current(SHAPE, 0).double(), cases.current(SHAPE, 1).double()


def error(layer: neurons.Layer, x: Tensor, grad_output: Tensor) -> float:
    """Return the largest relative error of the derivatives along random directions.

    There is a direction for x and for each parameter.
    """
    generator = torch.Generator().manual_seed(2)
    leaves = [x.requires_grad_(), *layer.parameters()]
    grads = torch.autograd.grad(layer(x), leaves, grad_output)
    errors = []
    for leaf, grad in zip(leaves, grads, strict=True):
        direction = torch.randn(leaf.shape, generator=generator, dtype=leaf.dtype).to(leaf)
        difference = _difference(layer, x, leaf, direction, grad_output)
        errors.append(abs(float((grad * direction).sum()) - difference) / abs(difference))
    return largest(errors)


@torch.no_grad()
def _difference(
    layer: neurons.Layer,
    x: Tensor,
    leaf: Tensor,
    direction: Tensor,
    grad_output: Tensor,
    step: float = 1e-6,
) -> float:
    """Return the central difference of the loss when `leaf` moves along `direction`."""
    start, loss = leaf.clone(), []
    for sign in (1, -1):
        leaf.copy_(start + sign * step * direction)
        loss.append(float((layer(x) * grad_output).sum()))
    leaf.copy_(start)
    return (loss[0] - loss[1]) / (2 * step)


def surrogate_error(surrogate: neurons.Surrogate, step: float = 1e-6) -> float:
    """Return the largest error of a spike's derivative against differences of g."""
    u = torch.linspace(-3.0123, 6.0217, 1000, dtype=torch.float64)  # no point is at a kink
    u.requires_grad_()
    (grad,) = torch.autograd.grad(neurons.Fire(surrogate)(u).sum(), u)
    with torch.no_grad():
        slope = (surrogate(u + step) - surrogate(u - step)) / (2 * step)
    return float((grad - slope).abs().max())

"""The backward against finite differences, in float64: of whole models and of the surrogates.

A model's spike is replaced by its surrogate's primitive, which has the derivative it pretends to.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import SHAPE, largest

# Differences see what a model keeps out of its gradient on purpose: these options put it back, and
# evaluation mode fixes running statistics.
DIFFERENTIABLE = {"mpd_agl": {"adaptive": False}, "pmsn": {"detach_sum": False}}


def case(model: str, backend: str) -> tuple[neurons.Layer, Tensor, Tensor]:
    """Return the smooth float64 layer of a case, its input and the gradient of its output."""
    options = DIFFERENTIABLE.get(model, {})
    layer = cases.layer(model, backend, SHAPE, **options).double().eval()
    layer.fire = neurons.smooth(layer.fire)
    return layer, cases.current(SHAPE, 0).double(), cases.current(SHAPE, 1).double()


def error(layer: neurons.Layer, x: Tensor, upstream: Tensor) -> float:
    """Largest relative error of the derivative along random directions of x and each parameter."""
    generator = torch.Generator().manual_seed(2)
    leaves = [x.requires_grad_(), *layer.parameters()]
    grads = torch.autograd.grad(layer(x), leaves, upstream)
    errors = []
    for leaf, grad in zip(leaves, grads, strict=True):
        direction = torch.randn(leaf.shape, generator=generator, dtype=leaf.dtype).to(leaf)
        difference = _along(layer, x, leaf, direction, upstream)
        errors.append(abs(float((grad * direction).sum()) - difference) / abs(difference))
    return largest(errors)


@torch.no_grad()
def _along(
    layer: neurons.Layer,
    x: Tensor,
    leaf: Tensor,
    direction: Tensor,
    upstream: Tensor,
    step: float = 1e-6,
) -> float:
    """Central difference of the loss when `leaf` moves along `direction`."""
    start, loss = leaf.clone(), []
    for sign in (1, -1):
        leaf.copy_(start + sign * step * direction)
        loss.append(float((layer(x) * upstream).sum()))
    leaf.copy_(start)
    return (loss[0] - loss[1]) / (2 * step)


def surrogate_error(surrogate: neurons.Surrogate, step: float = 1e-6) -> float:
    """Largest error of a spike's derivative against differences of the primitive."""
    u = torch.linspace(-3.0123, 6.0217, 1000, dtype=torch.float64)  # misses every kink
    u.requires_grad_()
    (grad,) = torch.autograd.grad(neurons.Fire(surrogate)(u).sum(), u)
    with torch.no_grad():
        slope = (surrogate(u + step) - surrogate(u - step)) / (2 * step)
    return float((grad - slope).abs().max())

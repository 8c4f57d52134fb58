"""The horizon: how many steps back a gradient reaches, and how truncation changes it.

The gradient is that of training, with surrogate derivatives, for the seeded random input and the
initial parameters, in float64, under a condition of `suites.conditions`. A neuron that fell silent
before the end (llif, whose threshold only rises) lets no gradient through at any lag: see `firing`.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites import cases, conditions
from suites.gradients.comparison import (
    distance,
    largest,
    output_gradient,
    reference,
    spikes_and_gradients,
)
from suites.profiles import Shape

MAX_LAG = 256  # steps back
LAGS = [0, *(2**i for i in range(9))]
FEW_LAGS = [0, 1, 4, 16, 64, 256]  # of a quick profile
WINDOWS = [1, 4, 16, 64]  # steps between two cuts of the gradient
SHAPE = Shape(MAX_LAG + 64, 4, 64)  # 64 steps more, so that rest at the start is forgotten
TRUNCATION_SHAPE = Shape(128, 2, 16)


def reach(model: str, condition: str = "own") -> list[float]:
    """Return the norm of d s[t] / d x[t-k] for k = 0 .. MAX_LAG, per neuron."""
    x = cases.current(SHAPE).double()
    options = conditions.apply(model, condition).options
    return norms(reference(model, shape=SHAPE, **options), x)[: MAX_LAG + 1].tolist()


def norms(layer: neurons.Layer, x: Tensor) -> Tensor:
    """Return the norm of d s[t] / d x[t-k] at the last t for every k, [T].

    It is the root mean square over neurons and samples, from one backward for all k. Their inputs
    are independent, so this mean stands for one over many t. If neurons are coupled, s[t] depends
    on the inputs of several neurons. Random signs of the outputs make the result the norm over all
    of them on average (Hutchinson 1990).
    """
    x = x.requires_grad_()
    last = layer(x)[-1]
    random = torch.rand(last.shape, generator=torch.Generator().manual_seed(3))
    signs = torch.where(random < 0.5, -1.0, 1.0).to(last)
    (grad,) = torch.autograd.grad(last, x, signs)
    return grad.flip(0).flatten(1).square().mean(1).sqrt()


def truncation(model: str) -> list[float]:
    """Return the change of the gradient if it is cut every k steps, for every k of WINDOWS.

    It is the largest relative change in norm among d/dx and every d/dparameter. Raise
    NotImplementedError for a model without steps.
    """
    if model in neurons.names() and neurons.get(model).step is None:
        raise NotImplementedError(f"{model} has no step: its gradient cannot be cut in time")
    x = cases.current(TRUNCATION_SHAPE).double()

    def gradients(truncate: int | None) -> list[Tensor]:
        layer = reference(model, shape=TRUNCATION_SHAPE, truncate=truncate)
        return spikes_and_gradients(layer, x, output_gradient(x))[1:]

    full = gradients(None)
    return [largest(map(distance, gradients(k), full)) for k in WINDOWS]

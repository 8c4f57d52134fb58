"""How far back in time a gradient reaches, and what truncating it loses.

The gradient is that of training: surrogate derivatives along the trajectory of the seeded random
input, with freshly drawn parameters, in float64. All models fire at it for as long as this takes,
but llif, whose threshold only rises: no input moves its spikes any more.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import distance, largest, oracle, pull, upstream
from suites.profiles import Shape

LAST = 256  # steps back
LAGS = [0, *(2**i for i in range(9))]
WINDOWS = [1, 4, 16, 64]  # steps between two cuts of the gradient
SHAPE = Shape(LAST + 64, 4, 64)  # the start has been forgotten before the first step asked
PIECES = Shape(128, 2, 16)


def reach(model: str) -> list[float]:
    """The norm of d s[t] / d x[t-k] for k = 0 .. LAST, per neuron."""
    x = cases.current(SHAPE).double()
    return norms(oracle(model, shape=SHAPE), x)[: LAST + 1].tolist()


def norms(layer: neurons.Layer, x: Tensor) -> Tensor:
    """The norm of d s[t] / d x[t-k] at the last t for every k, [T]: root mean square over neurons.

    One backward serves all k. Neurons and samples see independent inputs, so their mean is that
    over many t. Where neurons are coupled, random signs of the outputs make the sum over them the
    norm of the whole row in the mean (Hutchinson 1990).
    """
    x = x.requires_grad_()
    last = layer(x)[-1]
    coins = torch.rand(last.shape, generator=torch.Generator().manual_seed(3))
    signs = torch.where(coins < 0.5, -1.0, 1.0).to(last)
    (grad,) = torch.autograd.grad(last, x, signs)
    return grad.flip(0).flatten(1).square().mean(1).sqrt()


def truncation(model: str) -> list[float]:
    """What cutting the gradient every k steps does to it, for every k of WINDOWS.

    The largest change, relative in norm, among d/dx and every d/dparameter. Raises
    NotImplementedError for a model without steps.
    """
    if model in neurons.names() and neurons.get(model).step is None:
        raise NotImplementedError(f"{model} has no step: its gradient cannot be cut in time")
    x = cases.current(PIECES).double()
    _, *whole = pull(oracle(model, shape=PIECES), x, upstream(x))
    changes = []
    for k in WINDOWS:
        _, *cut = pull(oracle(model, shape=PIECES, truncate=k), x, upstream(x))
        changes.append(largest(map(distance, cut, whole)))
    return changes

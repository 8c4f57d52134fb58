"""What a model computes at a fixed input: the gate compares it between two commits."""

from __future__ import annotations

import hashlib
import itertools

import torch
from torch import Tensor

from suites import cases
from suites.gradients.comparison import output_gradient, reference, spikes_and_gradients
from suites.profiles import Shape

SHAPE = Shape(64, 4, 16)


def trace(model: str) -> dict[str, Tensor]:
    """Return the spikes, [T, N, C], and the gradients of the input and of every parameter.

    The model has its default options and initial parameters, and runs in float64. The suites of
    gradients compare every backend with that run on the same commit, and so cannot see a change
    of the model itself. Raise NotImplementedError if this commit lacks the model.
    """
    layer = reference(model, shape=SHAPE)
    x = cases.current(SHAPE).double()
    names = ["spikes", "d/dx", *(f"d/d{name}" for name, _ in layer.named_parameters())]
    values = spikes_and_gradients(layer, x, output_gradient(x))
    return dict(zip(names, values, strict=True))


def bits(model: str) -> dict[str, str]:
    """Return a hash of the same spikes and gradients by backend and dtype, as in "cpu float32".

    What cannot run is left out.
    """
    hashes = {}
    for backend, dtype in itertools.product(cases.backends(), (torch.float32, torch.float64)):
        try:
            layer = cases.layer(model, backend, SHAPE).to(dtype)
        except NotImplementedError:
            continue
        x = cases.current(SHAPE).to(dtype)
        content = hashlib.sha256()
        for value in spikes_and_gradients(layer, x, output_gradient(x)):
            content.update(value.detach().cpu().contiguous().numpy().tobytes())
        hashes[f"{backend} {str(dtype).removeprefix('torch.')}"] = content.hexdigest()
    return hashes

"""The layers and cases that the tests of the peers share."""

from __future__ import annotations

import re

import pytest
import torch

import neurons
from suites import peers
from suites.cases import device
from suites.profiles import Shape

DEVICE = device()
SHAPE = Shape(64, 3, 8)
OPTIONS = {
    "dsn": {"shape": (SHAPE.C,)},
    "glif": {"shape": (SHAPE.C,)},
    "masked_psn": {"T": SHAPE.T},
    "psn": {"T": SHAPE.T},
    "sliding_psn": {"k": 16},
}


def layer(model: str, **options) -> neurons.Layer:
    """A layer whose weights are not the initial ones; k = 1 of klif, e.g., would have no effect."""
    generator = torch.Generator().manual_seed(0)
    ours = neurons.Layer(model, generator=generator, **OPTIONS.get(model, {}) | options)
    with torch.no_grad():
        for w in ours.parameters():
            w += 0.1 * torch.rand(w.shape, generator=generator)
    return ours.to(DEVICE)


def build_or_skip(library: str, ours: neurons.Layer, x: torch.Tensor) -> tuple[peers.Run, list]:
    """The library's neuron; the test is skipped if this machine lacks the library or a GPU."""
    try:
        return peers.build(library, ours, x)
    except NotImplementedError as reason:
        if re.search("pip install| a GPU", str(reason)):
            pytest.skip(str(reason))
        raise


def gradients(run, params: list, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    grad_output = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).to(x.device)
    return list(torch.autograd.grad((run(x) * grad_output).sum(), [x, *params]))

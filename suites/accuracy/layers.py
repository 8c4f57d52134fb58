"""The layers of neurons that a network gets: one model under one condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

import neurons
from suites import conditions
from suites.accuracy.networks import Layers
from suites.networks.vgg import Dropout


def layers_of(
    model: str, condition: str, steps: int, *, dropout: float = 0.0, backend: str = "auto"
) -> Layers:
    """Return what yields layers of a model under a condition, each followed by its dropout.

    A model with an option T gets the number of steps, also where T has a default: GLIF has a
    conductance per step. Raise NotImplementedError if this commit lacks the model.
    """
    options: dict[str, Any] = dict(conditions.apply(model, condition).options)
    options |= {"T": steps} if "T" in neurons.get(model).options else {}

    def layers(count: int) -> Iterator[nn.Module]:
        for _ in range(count):
            layer = neurons.Layer(model, backend=backend, generator=_own_generator(), **options)
            yield nn.Sequential(layer, Dropout(dropout)) if dropout else layer

    return layers


def _own_generator() -> torch.Generator:
    """Return a generator that goes on from torch's, and give torch's another seed.

    So the weights that are drawn later are the same, whether or not the neuron draws any.
    """
    own = torch.Generator().set_state(torch.get_rng_state())
    torch.manual_seed(int(torch.randint(2**62, ())))
    return own

"""The input of CLIF's Fig. 7 and 8: spikes of a Bernoulli process, scaled."""

from __future__ import annotations

import torch
from torch import Tensor

CHANCE, SIZE = 0.4, 0.8


def spikes(steps: int = 400, neurons: int = 256) -> Tensor:
    """Return inputs [T, 1, C]."""
    generator = torch.Generator().manual_seed(3)
    return (torch.rand(steps, 1, neurons, generator=generator) < CHANCE).double() * SIZE

"""Potentials whose distribution is normal, without chance: the quantiles themselves."""

from __future__ import annotations

import torch
from torch import Tensor

from suites import analysis
from suites.findings._exact import layer

COUNT = 200_000
SPREADS = (0.25, 0.5, 1.0, 2.0, 4.0)  # standard deviations of the potential


def potentials(spread: float) -> Tensor:
    """Return the potentials of one step, [1, 1, COUNT], in order."""
    shares = (torch.arange(COUNT, dtype=torch.float64) + 0.5) / COUNT
    return spread * torch.special.ndtri(shares).view(1, 1, -1)


def first_step(spread: float, **options: str) -> analysis.Path:
    """Return what atlif in training does in its first step, whose potential is the input."""
    neuron = layer("atlif", T=1, surrogate="rect", **options)
    return analysis.follow(neuron.train(), potentials(spread))

"""The share of each step in SLIF's gradient as tau falls: ST-DANO, Eq. 52 and 53."""

from __future__ import annotations

import torch
from torch import Tensor

from suites.analysis import st_dano

CASES = [
    (T, before, after)
    for T in (4, 6, 8, 10, 16)
    for before, after in ((2.0, 1.05), (2.0, 1.5), (4.0, 2.0), (10.0, 9.0))
]


def change(T: int, before: float, after: float) -> Tensor:
    """Return how the share of every step changes, [T]."""
    ones = torch.ones(T, dtype=torch.float64)
    shares = [st_dano.share(st_dano.contributions(ones, tau)) for tau in (after, before)]
    return shares[0] - shares[1]

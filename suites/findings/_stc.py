"""STC's potential after T steps, unrolled: Eq. 14, and with constant gates Eq. 6 of LIF."""

from __future__ import annotations

import torch
from torch import Tensor


def unrolled(x: Tensor, s: Tensor, beta: Tensor, gamma: Tensor, v_th: float = 1.0) -> Tensor:
    """Return v[T] from v[0] = 0, by the sums of Eq. 14; all arguments are [T, N, C]."""
    kept = torch.cumprod((1 + beta).flip(0), 0).flip(0)  # prod of 1 + beta[j], j = i .. T
    after = torch.cat([kept[1:], torch.ones_like(kept[:1])])  # j = i + 1 .. T
    return (((1 + gamma) * x - v_th * s) * after).sum(0)

"""DSN's decay factors and potential for a drawn layer, and the matrix forms of section 4.2."""

from __future__ import annotations

import torch
from torch import Tensor

from suites import analysis
from suites.findings._exact import layer, noise


def potential(steps: int, tau: float = 0.25) -> tuple[Tensor, Tensor, Tensor]:
    """Return alpha, x and the layer's potential h, [T, N, C] in float64."""
    neuron, x = layer("dsn", shape=(64,), tau=tau), noise(steps)
    p, k = neuron.params, neuron.params.conv_weight.shape[1]
    padded = torch.cat([x.new_zeros(k - 1, *x.shape[1:]), x])
    with torch.no_grad():
        a = p.conv_bias + sum(p.conv_weight[:, i] * padded[i : i + steps] for i in range(k))
        alpha = torch.sigmoid(a) ** (1 / tau)  # Eq. 11-12
    return alpha, x, analysis.follow(neuron, x).states.h


def by_matrix(alpha: Tensor, x: Tensor) -> Tensor:
    """Return h by Eq. 17: inputs times ((1 - A) / P) and P, masked; it divides by products."""
    products = alpha.cumprod(0)  # P, Eq. 16
    weighted = (1 - alpha) / products * x
    return products * weighted.cumsum(0)


def by_weights(alpha: Tensor, x: Tensor) -> Tensor:
    """Return h by Eq. 15: W[i, j] is (1 - alpha[i]) times alpha[i+1] .. alpha[j]."""
    rows = []
    for j in range(len(x)):
        later = torch.cat([alpha[1 : j + 1].flip(0).cumprod(0).flip(0), torch.ones_like(x[:1])])
        rows.append(((1 - alpha[: j + 1]) * later * x[: j + 1]).sum(0))
    return torch.stack(rows)

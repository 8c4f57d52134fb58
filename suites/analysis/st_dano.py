"""The share of each time step in the gradient: larger for early steps in LLIF, for late in SLIF.

Source: ST-DANO, Eq. 4-5, 22-25, 27-28 and 52-53, appendices B to D.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def kappa_hard(v: Tensor, s: Tensor, slope: Tensor) -> Tensor:
    """Return 1 - s - V slope, the derivative of V (1 - s) by V. Eq. 5, 23."""
    return 1 - s - v * slope


def kappa_soft(slope: Tensor, v_th: float = 1.0) -> Tensor:
    """Return 1 - v_th slope, the derivative of V - v_th s by V. Eq. 25."""
    return 1 - v_th * slope


def gradient_sum(slope: Tensor, kappa: Tensor, tau: float) -> Tensor:
    """Return the sum of dS[t]/dX[i] over i <= t, [T, *]. Eq. 22.

    It is slope[t] (1 + sum_i d^i prod_{j=1..i} kappa[t-j]) with d = exp(-1/tau); slope and kappa
    are [T, *].
    """
    d = torch.exp(torch.tensor(-1 / tau, dtype=slope.dtype))
    sums = [torch.ones_like(slope[0])]
    for k in kappa[:-1].unbind(0):
        sums.append(1 + d * k * sums[-1])
    return slope * torch.stack(sums)


def contributions(kappa: Tensor, tau: float) -> Tensor:
    """Return G_1 .. G_T, the contribution of every step to the gradient, in order. Eq. 27.

    G_i = sum_{n=1..T-i+1} d^n kappa[T] kappa[T-1] .. kappa[T-n+1]; kappa is [T, *]. With kappa = 1
    this is SLIF's G(tau), Eq. 52.
    """
    n = torch.arange(1, len(kappa) + 1, dtype=kappa.dtype).view(-1, *(1,) * (kappa.ndim - 1))
    terms = torch.exp(-n / tau) * torch.cumprod(kappa.flip(0), dim=0)
    return torch.cumsum(terms, dim=0).flip(0)


def share(contributions: Tensor) -> Tensor:
    """Return P_i = G_i / sum G along the first axis. Eq. 28, 53."""
    return contributions / contributions.sum(0)


def change_of_share(T: int, before: float, after: float) -> Tensor:
    """Return how the share of every step in SLIF's gradient changes with tau, [T]. Eq. 53, 55."""
    ones = torch.ones(T, dtype=torch.float64)
    old, new = (share(contributions(ones, tau)) for tau in (before, after))
    return new - old


def gradient_share(run: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the measured share of each step's input in the gradient of all outputs, [T].

    It is |d sum(S) / d X[t]|, summed over the neurons of x ([T, N, *]), divided by its total.
    """
    x = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad(run(x).sum(), x)
    return share(grad.abs().flatten(1).sum(1))


def centre(share: Tensor) -> float:
    """Return the mean time step [steps] of a share, [T]: small if early steps have most of it."""
    return float((share * torch.arange(len(share), dtype=share.dtype)).sum())

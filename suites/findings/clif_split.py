"""CLIF, Eq. 13: LIF's temporal gradient is a sum over later steps of Part I times Part II."""

from __future__ import annotations

import torch
from torch import Tensor

from suites import analysis, pictures
from suites.findings._exact import ROUNDING, difference, gradient, layer, noise, upstream
from suites.findings.finding import Facts, Finding

T, TAU = 12, 1.7
FINDING = Finding(
    paper="clif",
    place="section 4.1, Eq. 6 and 13",
    statement="The gradient of LIF is P[t] + sum over t' > t of P[t'] times Part I, gamma^(t'-t), "
    "times Part II, the product of 1 - V_th H(u)",
    figure="difference to autograd",
    unit="relative",
    accept=ROUNDING,
    models=("lif",),
    exact=True,
)


def split(slope: Tensor, tau: float) -> tuple[Tensor, Tensor]:
    """Return Part I [T, T] and Part II [T, T, N, C] from step t (first axis) to t'."""
    steps = len(slope)
    lags = (torch.arange(steps) - torch.arange(steps)[:, None]).clamp(min=0)
    one = (1 - 1 / tau) ** lags.double()
    two = torch.zeros(steps, *slope.shape, dtype=slope.dtype)
    for t in range(steps):
        factors = torch.cat([torch.ones_like(slope[:1]), 1 - slope[t:-1]])
        two[t, t:] = factors.cumprod(0)
    return one, two


def measure(seed: int) -> Facts:
    lif, x = layer("lif", tau=TAU, reset="soft", surrogate="rect"), noise(T)
    grad_s, slope = upstream(x), analysis.follow(lif, x).slope
    one, two = split(slope, TAU)
    total = (one[:, :, None, None] * two * (grad_s * slope)).sum(1)
    left = [float((two.diagonal(lag) != 0).double().mean()) for lag in range(T)]
    curves = {"Part I": one[0].tolist(), "share of pairs with Part II not 0": left}
    picture = pictures.lines(
        "What is left of LIF's gradient", range(T), curves, x_label="t' - t [steps]"
    )
    numbers = {"Part II is 0 at lag 4, share": 1 - left[4]}
    return Facts(difference(total, gradient(lif, x, grad_s)), numbers, (picture,))

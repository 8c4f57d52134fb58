"""The factors of the temporal gradient of LIF and CLIF with soft reset, in closed form.

The potential before the reset is u[t + 1] = gamma (u[t] - s[t] (v_th + sigmoid(m[t]))) + x[t + 1]
with gamma = 1 - 1/tau; `slope` is the surrogate derivative H(u) = ds/du. All arguments are values
of one time step (or of stacked steps), of any shape.

The paper's sum of these factors, Eq. 45 with Eq. 48, counts the path u[t] -> m[t] -> u[t+1] twice:
in xi and in dL/dm[t]. The correct recursion, which autograd confirms, is

    dL/du[t] = dL/ds[t] H + dL/du[t+1] epsilon[t] + dL/dm[t] psi[t]
    dL/dm[t] = dL/du[t+1] du[t+1]/dm[t] + dL/dm[t+1] sigmoid(u[t+1]/tau)

Source: CLIF (Huang et al. 2024), Eq. 6, 9, 22, 23, 46-50.
"""

from __future__ import annotations

import torch
from torch import Tensor

from suites.analysis.trajectory import Path


def epsilon(slope: Tensor, tau: float, v_th: float = 1.0, m: Tensor | None = None) -> Tensor:
    """Return gamma (1 - v_th H(u)), the factor of LIF from one step to the next. Eq. 6, 9.

    With m[t] of CLIF the reset is deeper: gamma (1 - (v_th + sigmoid(m)) H(u)). Eq. 46.
    """
    drop = v_th if m is None else v_th + torch.sigmoid(m)
    return (1 - 1 / tau) * (1 - drop * slope)


def psi(u: Tensor, m_before: Tensor, slope: Tensor, tau: float) -> Tensor:
    """Return dm[t]/du[t] = m[t-1] sigmoid'(u/tau) / tau + H(u), with the spike. Eq. 23, 47."""
    return m_before * _sigmoid_slope(u / tau) / tau + slope


def reset_by_m(s: Tensor, m: Tensor, tau: float) -> Tensor:
    """Return du[t+1]/dm[t] = -gamma s[t] sigmoid'(m[t]), from the deeper reset. Eq. 40."""
    return -(1 - 1 / tau) * s * _sigmoid_slope(m)


def xi(epsilon: Tensor, reset_by_m: Tensor, psi: Tensor) -> Tensor:
    """Return epsilon[t] + du[t+1]/dm[t] psi[t], the total derivative of u[t+1] by u[t]. Eq. 22."""
    return epsilon + reset_by_m * psi


def rho(u_next: Tensor, reset_by_m: Tensor, psi_next: Tensor, tau: float) -> Tensor:
    """Return sigmoid(u[t+1]/tau) + psi[t+1] du[t+1]/dm[t], the total derivative of m[t+1] by m[t].

    Eq. 48; its name is from Eq. 50.
    """
    return torch.sigmoid(u_next / tau) + psi_next * reset_by_m


def adjoint(path: Path, grad_s: Tensor, tau: float, *, printed: bool = False) -> Tensor:
    """Return dL/du of every step, [T, ...], by the recursion above.

    `path` is that of a CLIF layer with v_th = 1, grad_s is dL/ds, [T, ...]. `printed` computes the
    sum as the paper has it, Eq. 45 with 48, which differs.
    """
    u, m = path.u + 1, path.states.m
    before = torch.cat([torch.zeros_like(m[:1]), m[:-1]])
    factor, drop = epsilon(path.slope, tau, m=m), reset_by_m(path.s, m, tau)
    to_m_by_u = psi(u, before, path.slope, tau)
    to_u, to_m = [grad_s[-1] * path.slope[-1]], torch.zeros_like(u[0])
    for t in range(len(u) - 2, -1, -1):
        onward, keep = factor[t], torch.sigmoid(u[t + 1] / tau)
        if printed:
            onward = xi(factor[t], drop[t], to_m_by_u[t])
            keep = rho(u[t + 1], drop[t], to_m_by_u[t + 1], tau)
        to_m = to_u[-1] * drop[t] + to_m * keep
        to_u.append(grad_s[t] * path.slope[t] + to_u[-1] * onward + to_m * to_m_by_u[t])
    return torch.stack(to_u[::-1])


def _sigmoid_slope(x: Tensor) -> Tensor:
    """Return the derivative of the sigmoid at x."""
    return torch.sigmoid(x) * (1 - torch.sigmoid(x))

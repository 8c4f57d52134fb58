"""CLIF's gradient by hand: the corrected recursion and the printed one."""

from __future__ import annotations

import torch
from torch import Tensor

from suites import analysis
from suites.analysis import clif
from suites.findings._exact import difference, gradient, layer, noise, shifted, upstream

TAU = 2.0


def adjoint(path: analysis.Path, grad_s: Tensor, *, printed: bool) -> Tensor:
    """Return dL/du [T, N, C] by `suites.analysis.clif`, or as printed in Eq. 45 with 48."""
    u, m = path.u + 1, path.states.m
    epsilon = clif.epsilon(path.slope, TAU, m=m)
    psi = clif.psi(u, shifted(m), path.slope, TAU)
    by_m = clif.reset_by_m(path.s, m, TAU)
    to_u, to_m = [grad_s[-1] * path.slope[-1]], torch.zeros_like(u[0])
    for t in range(len(u) - 2, -1, -1):
        keep = torch.sigmoid(u[t + 1] / TAU)
        onward = epsilon[t]
        if printed:
            onward = clif.xi(epsilon[t], by_m[t], psi[t])
            keep = clif.rho(u[t + 1], by_m[t], psi[t + 1], TAU)
        to_m = to_u[-1] * by_m[t] + to_m * keep
        to_u.append(grad_s[t] * path.slope[t] + to_u[-1] * onward + to_m * psi[t])
    return torch.stack(to_u[::-1])


def error(*, printed: bool, steps: int = 64) -> float:
    """Return the relative difference of the recursion to autograd."""
    neuron, x = layer("clif", tau=TAU), noise(steps)
    grad_s, path = upstream(x), analysis.follow(neuron, x)
    return difference(adjoint(path, grad_s, printed=printed), gradient(neuron, x, grad_s))

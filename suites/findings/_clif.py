"""How far CLIF's gradient by hand is from autograd, corrected and as printed."""

from __future__ import annotations

from suites import analysis
from suites.analysis import clif
from suites.findings._exact import difference, gradient, layer, noise, upstream

TAU = 2.0


def error(*, printed: bool, steps: int = 64) -> float:
    """Return the relative difference of the recursion to autograd."""
    neuron, x = layer("clif", tau=TAU), noise(steps)
    grad_s, path = upstream(x), analysis.follow(neuron, x)
    ours = clif.adjoint(path, grad_s, TAU, printed=printed)
    return difference(ours, gradient(neuron, x, grad_s))

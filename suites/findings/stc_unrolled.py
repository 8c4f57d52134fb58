"""STC Eq. 14: the potential of STC-LIF after T steps."""

from __future__ import annotations

from suites import analysis
from suites.analysis import stc
from suites.findings._exact import ROUNDING, difference, layer, noise, shifted
from suites.findings._stc import unrolled
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="Eq. 14",
    statement="After T steps, STC-LIF's potential is a sum of inputs and spikes, each weighted by "
    "the product of the later 1 + beta",
    figure="difference to the recursion",
    unit="relative",
    accept=ROUNDING,
    models=("stclif",),
    exact=True,
)


def measure(seed: int) -> Facts:
    neuron, x = layer("stclif", shape=(64,)), noise(32)
    path = analysis.follow(neuron, x)
    beta, gamma = stc.gates(neuron, shifted(path.s))
    return Facts(difference(unrolled(x, path.s, beta, gamma), path.states.v[-1]))

"""STC Eq. 6: the potential of LIF after T steps, and the gates with which STC-LIF is LIF."""

from __future__ import annotations

import torch

from suites import analysis
from suites.findings._exact import ROUNDING, difference, layer, noise
from suites.findings._stc import unrolled
from suites.findings.finding import Facts, Finding

ALPHA = 0.5  # the decay factor of LIF
FINDING = Finding(
    paper="stc",
    place="Eq. 6, section 4.3 (a)",
    statement="With beta = alpha - 1 and gamma = -alpha, Eq. 14 is that of LIF, Eq. 6; with "
    "gates of 0 it is that of IF",
    figure="largest difference to the recursions of LIF and IF",
    unit="relative",
    accept=ROUNDING,
    models=("lif", "iaf", "stclif"),
    exact=True,
)


def measure(seed: int) -> Facts:
    x = noise(32)
    lif = layer("lif", tau=1 / (1 - ALPHA), decay_input=True, reset="soft")
    silent = layer("stclif", shape=(64,))
    with torch.no_grad():
        for weight in silent.parameters():
            weight.zero_()
    differences = {}
    for name, neuron, gates in (
        ("LIF", lif, (ALPHA - 1, -ALPHA)),
        ("IF", layer("iaf", reset="soft"), (0.0, 0.0)),
        ("STC-LIF without weights", silent, (0.0, 0.0)),
    ):
        path = analysis.follow(neuron, x)
        beta, gamma = (torch.full_like(x, gate) for gate in gates)
        differences[name] = difference(unrolled(x, path.s, beta, gamma), path.states.v[-1])
    return Facts(max(differences.values()), differences)

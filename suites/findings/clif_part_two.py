"""CLIF, section 4.1: does one spike close LIF's gradient?"""

from __future__ import annotations

from suites import analysis, pictures
from suites.findings._exact import layer, noise
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="clif",
    place="section 4.1, Part II",
    statement="If a LIF neuron fires at least once between two steps, Part II between them is 0",
    figure="spikes with H(u) = 0, which leave Part II as it is",
    unit="share of spikes",
    accept=(0.0, 0.0),
    models=("lif",),
    exact=True,
    scale="It holds for u < 1.5 V_th alone, the end of the surrogate's window. Inputs are normal "
    "with the mean .45 and the spread 1; smaller ones give fewer such spikes.",
)


def measure(seed: int) -> Facts:
    path = analysis.follow(
        layer("lif", tau=2.0, reset="soft", surrogate="rect"), noise(64, 64, 256)
    )
    fired, closed = path.s > 0, path.slope > 0
    outside = float((fired & ~closed).sum() / fired.sum())
    shares = {
        "spikes inside the window": 1 - outside,
        "spikes outside the window": outside,
        "silent steps inside the window": float((~fired & closed).sum() / (~fired).sum()),
    }
    return Facts(outside, shares, (pictures.bars("Where H(u) is not 0", shares, unit="share"),))

"""STC Table 11: wider circuits predict better."""

from __future__ import annotations

from itertools import pairwise

from suites import pictures
from suites.findings import _moving
from suites.findings.finding import Facts, Finding

CIRCUITS = ("self", "group", "global")
FINDING = Finding(
    paper="stc",
    place="appendix D, Table 11",
    statement="The more neurons a circuit connects - itself, a group, all - the smaller the error",
    figure="smallest fall of the MSE from one circuit to the next",
    unit="per frame",
    accept=(0.0, float("inf")),
    models=("stclif",),
    scale=_moving.SCALE + " With 16 channels a group is one channel.",
)


def measure(seed: int) -> Facts:
    errors = {
        circuit: _moving.error(_moving.train("stclif", seed, circuit=circuit))
        for circuit in CIRCUITS
    }
    figure = min(a - b for a, b in pairwise(errors.values()))
    return Facts(figure, errors, (pictures.bars("MSE", errors, unit="per frame"),))

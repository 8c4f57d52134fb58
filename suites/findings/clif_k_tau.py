"""CLIF Fig. 6: the larger tau, the more a cut of the gradient costs."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif_net
from suites.findings.clif_k import losses
from suites.findings.finding import Facts, Finding

TAUS = (1.1, 2.0)
FINDING = Finding(
    paper="clif",
    place="appendix C, Fig. 6",
    statement="A cut of the gradient after one step costs more the larger tau is",
    figure="what the cut adds to the loss at tau = 2, less what it adds at tau = 1.1",
    unit="nats",
    accept=(0.0, float("inf")),
    models=("lif",),
    scale=_clif_net.SCALE,
)


def measure(seed: int) -> Facts:
    found = {tau: losses(tau, seed) for tau in TAUS}
    gap = {tau: by_k["k = 1"] - by_k["k = all"] for tau, by_k in found.items()}
    names = [*found[TAUS[0]]]
    lines = {f"tau = {tau}": [*by_k.values()] for tau, by_k in found.items()}
    picture = pictures.lines("Loss of the last epoch", names, lines, y_label="nats")
    numbers = {f"gap at tau = {tau}": value for tau, value in gap.items()}
    return Facts(gap[2.0] - gap[1.1], numbers, (picture,))

"""ST-DANO appendix D: a shorter memory gives the last step more of the gradient."""

from __future__ import annotations

from suites.analysis import st_dano
from suites.findings._share import CASES
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="appendix D",
    statement="If tau falls, the last step's share in the gradient rises, the first one's falls",
    figure="smallest gain of the last step and loss of the first over 20 cases",
    unit="share",
    accept=(1e-9, 1.0),
    models=(),
    exact=True,
)


def measure(seed: int) -> Facts:
    changes = [st_dano.change_of_share(*case) for case in CASES]
    return Facts(min(min(float(c[-1]), -float(c[0])) for c in changes))

"""ST-DANO: SLIF beside a LIF with the same reset."""

from __future__ import annotations

from suites.findings._centre import centres
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="section 4.1, appendix D",
    statement="SLIF gives recent steps a larger share of the gradient than a soft LIF",
    figure="mean step of SLIF's gradient less that of soft LIF's",
    unit="steps",
    accept=(1e-9, float("inf")),
    models=("lif", "slif"),
    exact=True,
)


def measure(seed: int) -> Facts:
    found = centres()
    return Facts(found["SLIF"] - found["LIF-soft"], found)

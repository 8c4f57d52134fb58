"""ST-DANO: LLIF looks at earlier steps than LIF."""

from __future__ import annotations

from suites.findings._centre import centres
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="section 4.1, appendix C",
    statement="LLIF gives early steps a larger share of the gradient than LIF",
    figure="mean step of LIF's gradient less that of LLIF's",
    unit="steps",
    accept=(1e-9, float("inf")),
    models=("lif", "llif"),
    exact=True,
    scale="With weak inputs the difference vanishes: without inhibition no threshold rises.",
)


def measure(seed: int) -> Facts:
    found = centres()
    return Facts(found["LIF"] - found["LLIF"], found)

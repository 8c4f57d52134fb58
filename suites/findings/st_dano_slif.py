"""ST-DANO: does SLIF look at later steps than the LIF of the paper?"""

from __future__ import annotations

from suites import pictures
from suites.findings._centre import NEURONS, T, centres, share
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="section 4.1, appendix D",
    statement="SLIF gives recent steps a larger share of the gradient than LIF",
    figure="mean step of SLIF's gradient less that of LIF's",
    unit="steps",
    accept=(0.0, float("inf")),
    models=("lif", "slif"),
    exact=True,
    scale="The paper's LIF resets hard and SLIF resets soft. Against a LIF with soft reset it "
    "holds: st_dano_slif_soft. T = 16, normal inputs with the mean 1.",
)


def measure(seed: int) -> Facts:
    found = centres()
    shares = {name: share(name).tolist() for name in NEURONS}
    picture = pictures.lines("Share of each step in the gradient", range(T), shares, x_label="step")
    return Facts(found["SLIF"] - found["LIF"], found, (picture,))

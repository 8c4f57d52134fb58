"""DS-ATGO, Theorem 1: the adaptive threshold fires for the same share of any normal potential."""

from __future__ import annotations

from suites import pictures
from suites.analysis import ds_atgo
from suites.findings._normal import SPREADS, first_step
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="ds_atgo",
    place="Theorem 1",
    statement="At the threshold mu + sigma, 1 - Phi(1) = 15.87 % of normal potentials fire, "
    "whatever their mean and spread",
    figure="largest difference over five spreads",
    unit="share",
    accept=(0.0, 2e-5),
    models=("atlif",),
    exact=True,
)


def measure(seed: int) -> Facts:
    adaptive = [float(first_step(s).s.mean()) for s in SPREADS]
    fixed = [float(first_step(s, threshold="fixed", width="fixed").s.mean()) for s in SPREADS]
    lines = {"threshold mu + sigma": adaptive, "threshold 1": fixed}
    numbers = {f"threshold 1, sigma = {s:g}": rate for s, rate in zip(SPREADS, fixed, strict=True)}
    picture = pictures.lines(
        "Share that fires", SPREADS, lines, x_label="sigma of the potential", log="x"
    )
    return Facts(max(abs(rate - ds_atgo.FIRING) for rate in adaptive), numbers, (picture,))

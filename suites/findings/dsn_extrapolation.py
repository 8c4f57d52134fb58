"""DSN Fig. 5: DSN on longer texts than in training."""

from __future__ import annotations

from suites.findings import _extrapolation
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.1, Fig. 5, right",
    statement="DSN's perplexity stays the same on longer sequences than in training",
    figure="largest ratio of the perplexity at up to 16384 characters to that at 128",
    unit="x",
    accept=(0.0, _extrapolation.LARGEST),
    models=("dsn",),
    scale=_extrapolation.SCALE,
)


def measure(seed: int) -> Facts:
    return _extrapolation.measure(seed, "dsn")

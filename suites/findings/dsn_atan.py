"""DSN Table 3: the surrogate of binary spikes."""

from __future__ import annotations

from suites import pictures
from suites.findings import _dsn_rows
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.2.1, Table 3",
    statement="For binary spikes, the surrogate ATan learns better than Rect",
    figure="error with Rect less that with ATan",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("dsn",),
    seeds=_dsn_rows.SEEDS,
    scale=_dsn_rows.SCALE,
)


def measure(seed: int) -> Facts:
    errors = {
        "N = 1, Rect": _dsn_rows.error(seed, surrogate="rect"),
        "N = 1, ATan": _dsn_rows.error(seed, surrogate="atan"),
    }
    worse, better = errors.values()
    return Facts(worse - better, errors, (pictures.bars("Test error", errors),))

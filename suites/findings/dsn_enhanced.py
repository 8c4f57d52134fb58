"""DSN appendix B.3: with channels mixed."""

from __future__ import annotations

from suites import pictures
from suites.findings import _dsn_rows
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 4 and appendix B.3",
    statement="Enhanced DSN, which mixes channels in the decay, learns better than DSN",
    figure="error of DSN less that of enhanced DSN",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("dsn",),
    seeds=_dsn_rows.SEEDS,
    scale=_dsn_rows.SCALE,
)


def measure(seed: int) -> Facts:
    errors = {
        "DSN": _dsn_rows.error(seed),
        "enhanced DSN": _dsn_rows.error(seed, enhanced=True),
    }
    worse, better = errors.values()
    return Facts(worse - better, errors, (pictures.bars("Test error", errors),))

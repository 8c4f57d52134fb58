"""DSN Table 4: beside LIF."""

from __future__ import annotations

from suites import pictures
from suites.findings import _dsn_rows
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.2.2, Table 4",
    statement="On sequences of pieces of an image, DSN learns better than LIF",
    figure="error of LIF less that of DSN",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("dsn", "lif"),
    seeds=_dsn_rows.SEEDS,
    scale=_dsn_rows.SCALE,
)


def measure(seed: int) -> Facts:
    errors = {
        "LIF": _dsn_rows.error(seed, "lif"),
        "DSN": _dsn_rows.error(seed),
    }
    worse, better = errors.values()
    return Facts(worse - better, errors, (pictures.bars("Test error", errors),))

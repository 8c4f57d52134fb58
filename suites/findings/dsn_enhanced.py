"""DSN appendix B.3: with channels mixed."""

from __future__ import annotations

from suites.findings import _dsn_rows
from suites.findings.finding import Facts

FINDING = _dsn_rows.finding(
    place="section 4 and appendix B.3",
    statement="Enhanced DSN, which mixes channels in the decay, learns better than DSN",
    figure="error of DSN less that of enhanced DSN",
    models=("dsn",),
)


def measure(seed: int) -> Facts:
    errors = {
        "DSN": _dsn_rows.error(seed),
        "enhanced DSN": _dsn_rows.error(seed, enhanced=True),
    }
    return _dsn_rows.compare(errors)

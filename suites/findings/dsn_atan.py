"""DSN Table 3: the surrogate of binary spikes."""

from __future__ import annotations

from suites.findings import _dsn_rows
from suites.findings.finding import Facts

FINDING = _dsn_rows.finding(
    place="section 5.2.1, Table 3",
    statement="For binary spikes, the surrogate ATan learns better than Rect",
    figure="error with Rect less that with ATan",
    models=("dsn",),
)


def measure(seed: int) -> Facts:
    errors = {
        "N = 1, Rect": _dsn_rows.error(seed, surrogate="rect"),
        "N = 1, ATan": _dsn_rows.error(seed, surrogate="atan"),
    }
    return _dsn_rows.compare(errors)

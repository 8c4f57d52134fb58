"""DSN Table 3: up to 2 instead of 1 spike."""

from __future__ import annotations

import neurons
from suites.findings import _dsn_rows
from suites.findings.finding import Facts

FINDING = _dsn_rows.finding(
    place="section 5.2.1, Table 3",
    statement="Integer spikes up to N = 2 learn better than binary ones",
    figure="error with N = 1, ATan, less that with N = 2",
    models=("dsn",),
)


def measure(seed: int) -> Facts:
    errors = {
        "N = 1, ATan": _dsn_rows.error(seed, surrogate="atan"),
        "N = 2": _dsn_rows.error(seed, surrogate=neurons.surrogate("integer", N=2)),
    }
    return _dsn_rows.compare(errors)

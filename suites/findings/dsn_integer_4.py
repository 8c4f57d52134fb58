"""DSN Table 3: up to 4 instead of 2 spikes."""

from __future__ import annotations

import neurons
from suites.findings import _dsn_rows
from suites.findings.finding import Facts

FINDING = _dsn_rows.finding(
    place="section 5.2.1, Table 3",
    statement="Integer spikes up to N = 4 learn better than up to N = 2",
    figure="error with N = 2 less that with N = 4",
    models=("dsn",),
)


def measure(seed: int) -> Facts:
    errors = {
        "N = 2": _dsn_rows.error(seed, surrogate=neurons.surrogate("integer", N=2)),
        "N = 4": _dsn_rows.error(seed),
    }
    return _dsn_rows.compare(errors)

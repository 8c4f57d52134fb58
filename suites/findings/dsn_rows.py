"""DSN Table 4: beside LIF."""

from __future__ import annotations

from suites.findings import _dsn_rows
from suites.findings.finding import Facts

FINDING = _dsn_rows.finding(
    place="section 5.2.2, Table 4",
    statement="On sequences of pieces of an image, DSN learns better than LIF",
    figure="error of LIF less that of DSN",
    models=("dsn", "lif"),
)


def measure(seed: int) -> Facts:
    errors = {
        "LIF": _dsn_rows.error(seed, "lif"),
        "DSN": _dsn_rows.error(seed),
    }
    return _dsn_rows.compare(errors)

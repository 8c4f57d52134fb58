"""DSN Eq. 15: the potential of all steps as one product."""

from __future__ import annotations

from suites.findings import _dsn
from suites.findings._exact import ROUNDING, difference
from suites.findings.finding import Facts, Finding

T = 128
FINDING = Finding(
    paper="dsn",
    place="section 4, Eq. 15",
    statement="The potential is the input times a triangular matrix of decay factors",
    figure="difference to the recursion of Eq. 9, T = 128",
    unit="relative",
    accept=ROUNDING,
    models=("dsn",),
    exact=True,
)


def measure(seed: int) -> Facts:
    alpha, x, h = _dsn.potential(T)
    return Facts(difference(_dsn.by_weights(alpha, x), h))

"""DSN Table 6: the further ahead, the larger the error."""

from __future__ import annotations

from itertools import pairwise

from suites.findings import _series
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.2.2, Table 6",
    statement="The relative error RSE rises with the horizon",
    figure="smallest rise of RSE from one of 6, 24, 48 and 96 hours to the next",
    unit="RSE",
    accept=(0.0, float("inf")),
    models=("dsn",),
    scale=_series.SCALE,
)


def measure(seed: int) -> Facts:
    found = _series.forecasts(seed)
    numbers = {f"RSE at {horizon} hours": rse for horizon, (_, rse) in found.items()}
    return Facts(min(b - a for a, b in pairwise(numbers.values())), numbers)

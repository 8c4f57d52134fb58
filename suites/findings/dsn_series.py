"""DSN Table 6: forecasts are better than the mean at every horizon."""

from __future__ import annotations

from suites.findings import _series
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.2.2, Table 6",
    statement="A network with DSN forecasts better than the mean at all horizons, R2 > 0",
    figure="smallest R2 over horizons of 6, 24, 48 and 96 hours",
    unit="R2",
    accept=(0.0, 1.0),
    models=("dsn",),
    scale=_series.SCALE,
)


def measure(seed: int) -> Facts:
    found = _series.forecasts(seed)
    numbers = {f"R2 at {horizon} hours": r2 for horizon, (r2, _) in found.items()}
    return Facts(min(numbers.values()), numbers, (_series.picture(found),))

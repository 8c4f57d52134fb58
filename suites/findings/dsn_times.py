"""DSN Fig. 5: do the printed speed-ups agree with each other?"""

from __future__ import annotations

from suites.claims import dsn_consistency
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="Fig. 5",
    statement="The speed-ups of forward, backward and both passes belong to one set of times",
    figure="largest difference of an overall speed-up to the one that the others give",
    unit="of the printed one",
    accept=(0.0, 0.02),
    models=(),
    exact=True,
)


def measure(seed: int) -> Facts:
    claims = [c for c in dsn_consistency.claims() if c.table == "DSN Fig. 5"]
    differences = {c.quantity: abs(c.difference) / c.printed.value for c in claims}
    return Facts(max(differences.values()), differences)

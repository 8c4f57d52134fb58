"""DSN's ablation: the decay from one input, or from several."""

from __future__ import annotations

from suites import pictures
from suites.findings import _dsn_rows
from suites.findings.finding import Facts, Finding

WIDTHS = (1, 2, 4, 8)
FINDING = Finding(
    paper="dsn",
    place="section 5.2.1, Table 2, w/o conv",
    statement="A decay computed from the last k = 4 inputs learns better than one from the present "
    "input alone",
    figure="error with k = 1 less that with k = 4",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("dsn",),
    seeds=5,
    scale=_dsn_rows.SCALE + " Longer windows are better still here: k = 8 sees the whole image.",
)


def measure(seed: int) -> Facts:
    errors = {f"k = {k}": _dsn_rows.error(seed, k=k) for k in WIDTHS}
    errors["tau = 1"] = _dsn_rows.error(seed, tau=1.0)
    figure = errors["k = 1"] - errors["k = 4"]
    return Facts(figure, errors, (pictures.bars("Test error", errors),))

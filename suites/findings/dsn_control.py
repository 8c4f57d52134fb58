"""DSN Eq. A.21: dynamic decay controls a large potential within any number of steps."""

from __future__ import annotations

import torch

from suites.findings.finding import Facts, Finding

WINDOW = 16  # Delta, steps
V_TH, LARGE = 1.0, 50.0
FINDING = Finding(
    paper="dsn",
    place="appendix A.2, Eq. A.21",
    statement="With decay factors of Eq. A.21, a potential above the threshold stays there for "
    "exactly tau steps, for any tau up to Delta",
    figure="durations 1 .. Delta that are reached",
    unit="share",
    accept=(1.0, 1.0),
    models=(),
    exact=True,
    scale="Free decay factors, not those of a convolution, which a layer would have to learn.",
)


def duration(tau: int) -> int:
    """Return for how many steps the potential is not below V_th, with factors for tau."""
    generator = torch.Generator().manual_seed(tau)
    x = torch.rand(WINDOW, generator=generator, dtype=torch.float64) * V_TH / WINDOW
    h, steps = LARGE, 1
    for i, value in enumerate(x.tolist(), start=1):
        limit = (V_TH - value) / (h - value)
        alpha = (1 + limit) / 2 if i < tau else limit / 2
        h = alpha * h + (1 - alpha) * value
        steps += h >= V_TH
    return steps


def measure(seed: int) -> Facts:
    found = [duration(tau) == tau for tau in range(1, WINDOW + 1)]
    return Facts(sum(found) / len(found))

"""DSN B.7: the longer a LIF neuron remembers, the worse it is imitated."""

from __future__ import annotations

from itertools import pairwise

from suites.findings import _imitation
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="appendix B.7, Results",
    statement="As the membrane time constant increases, the fitting accuracy declines",
    figure="smallest fall of the right spikes from one tau to the next, hard and soft",
    unit="share of steps",
    accept=(0.0, 1.0),
    models=(),
    scale=_imitation.SCALE,
)


def measure(seed: int) -> Facts:
    right = [*_imitation.accuracies(seed)[0].values()]
    falls = [a - b for side in (right[:3], right[3:]) for a, b in pairwise(side)]
    return Facts(min(falls))

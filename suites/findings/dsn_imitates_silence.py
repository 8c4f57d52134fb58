"""DSN B.7: is the imitation better than silence?"""

from __future__ import annotations

from suites.findings import _imitation
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="appendix B.7, Table B.15, dataset A",
    statement="The accuracies show that dynamic decay fits, not that the neurons rarely fire",
    figure="right spikes at tau = 4/3 less those of a neuron that never fires, the smaller",
    unit="share of steps",
    accept=(0.2, 1.0),
    models=(),
    scale=_imitation.SCALE + " At tau = 4 silence is right at 4 of 5 steps and about as good.",
)


def measure(seed: int) -> Facts:
    right, silent = _imitation.accuracies(seed)
    gains = {name: right[name] - silent[name] for name in right}
    return Facts(min(gain for name, gain in gains.items() if "1.33" in name), gains)

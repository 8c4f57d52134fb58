"""DSN B.7: dynamic decay imitates a LIF neuron with a short memory."""

from __future__ import annotations

from suites import pictures
from suites.findings import _imitation
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="appendix B.7, Table B.15, dataset A",
    statement="Dynamic decay fits LIF neurons with hard and soft reset well: 99 % at tau = 4/3",
    figure="right spikes at tau = 4/3, the worse of hard and soft reset",
    unit="share of steps",
    accept=(0.95, 1.0),
    models=(),
    scale=_imitation.SCALE,
)


def measure(seed: int) -> Facts:
    right, silent = _imitation.accuracies(seed)
    numbers = dict(right) | {f"never firing: {name}": share for name, share in silent.items()}
    neurons = range(1, len(right) + 1)
    lines = {"dynamic decay": [*right.values()], "never firing": [*silent.values()]}
    title = "Share of right spikes; 1 to 3 reset hard, 4 to 6 soft"
    drawn = (_imitation.traces(seed), pictures.lines(title, neurons, lines, x_label="LIF neuron"))
    return Facts(min(right[name] for name in right if "1.33" in name), numbers, drawn)

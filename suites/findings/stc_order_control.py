"""STC Fig. 4, control: can LIF learn an order at all?"""

from __future__ import annotations

from suites import pictures
from suites.findings import _order
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="section 5.5, Fig. 4",
    statement="LIF does not learn the order of frames",
    figure="loss of accuracy of LIF by shuffling, where the order alone tells the class",
    unit="share of test samples",
    accept=(-1.0, 0.1),
    models=("lif", "stclif"),
    seeds=5,
    scale=_order.SCALE
    + " Here the position is the same for all classes. That LIF ignores the order "
    "in Fig. 4 says what the data set needs, not what the neuron can do.",
)


def measure(seed: int) -> Facts:
    found = _order.accuracies("events_order", seed)
    return Facts(_order.drop(found, "LIF"), found, (pictures.bars("Accuracy", found),))

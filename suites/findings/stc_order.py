"""STC Fig. 4: shuffled frames harm STC-LIF more than LIF."""

from __future__ import annotations

from suites import pictures
from suites.findings import _order
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="section 5.5, Fig. 4",
    statement="LIF classifies shuffled frames as well as ordered ones; STC-LIF learns their order, "
    "so shuffling harms it",
    figure="loss of accuracy by shuffling of STC-LIF less that of LIF",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("lif", "stclif"),
    seeds=5,
    scale=_order.SCALE,
)


def measure(seed: int) -> Facts:
    found = _order.accuracies("events", seed)
    figure = _order.drop(found, "STC-LIF") - _order.drop(found, "LIF")
    return Facts(figure, found, (pictures.bars("Accuracy", found),))

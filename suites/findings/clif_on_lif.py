"""CLIF Table 8: weights that CLIF has trained run on a LIF neuron."""

from __future__ import annotations

import neurons
from suites import pictures
from suites.accuracy import losses, scoring
from suites.findings import _clif_net, _trained
from suites.findings.finding import Facts, Finding

VALUES = (0.0, -0.06, -0.1, -0.2, -0.4)
FINDING = Finding(
    paper="clif",
    place="appendix J, Table 8",
    statement="CLIF's weights run better on a LIF that resets to a small negative potential than "
    "on one with soft reset",
    figure="accuracy with the reset value -.06 less that with soft reset",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("lif", "clif"),
    scale=_clif_net.SCALE,
)


def measure(seed: int) -> Facts:
    trained = _clif_net.train("clif", seed)
    test, loss = _trained.steps("digits", _clif_net.T).test, losses.get("tet")
    accuracy = {"CLIF": 1 - trained.score.error}
    for value in (None, *VALUES):
        converted = neurons.conversion.clif_to_lif(trained.network, value).eval()
        name = "LIF, soft reset" if value is None else f"LIF, reset to {value:g}"
        accuracy[name] = 1 - scoring.score(converted, test, loss).error
    figure = accuracy["LIF, reset to -0.06"] - accuracy["LIF, soft reset"]
    return Facts(figure, accuracy, (pictures.bars("Accuracy of CLIF's weights", accuracy),))

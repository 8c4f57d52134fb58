"""CLIF Fig. 10: CLIF's loss converges to a lower value than LIF's."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif_net
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="clif",
    place="appendix H, Fig. 10",
    statement="The loss converges faster with CLIF than with LIF, to a lower value",
    figure="loss of LIF in the last epoch, less that of CLIF",
    unit="nats",
    accept=(0.0, float("inf")),
    models=("lif", "clif"),
    scale=_clif_net.SCALE,
)


def measure(seed: int) -> Facts:
    curves = {
        model: [epoch.loss for epoch in _clif_net.train(model, seed).history]
        for model in ("lif", "clif")
    }
    epochs = range(1, _clif_net.EPOCHS + 1)
    picture = pictures.lines("Loss", epochs, curves, x_label="epoch", y_label="nats")
    numbers = {f"loss of {model}": curve[-1] for model, curve in curves.items()}
    return Facts(curves["lif"][-1] - curves["clif"][-1], numbers, (picture,))

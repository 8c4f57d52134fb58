"""CLIF Fig. 3 (a): LIF is exchanged for CLIF in the middle of a training."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif_net, _trained
from suites.findings.finding import Facts, Finding

EXCHANGED = 2  # epochs before the exchange
FINDING = Finding(
    paper="clif",
    place="section 5.1, Fig. 3 (a)",
    statement="A few epochs after LIF is exchanged for CLIF, the loss is lower than with LIF",
    figure="loss of LIF in the last epoch, less that of the exchanged network",
    unit="nats",
    accept=(0.0, float("inf")),
    models=("lif", "clif"),
    scale=_clif_net.SCALE,
)


def measure(seed: int) -> Facts:
    task = _trained.steps("digits", _clif_net.T)
    trainings = {
        model: _trained.started(
            task,
            _clif_net.NETWORK,
            _trained.layers(model, **_clif_net.MATCHED),
            _clif_net.RECIPE,
            seed,
        )
        for model in ("lif", "clif")
    }
    lif, clif = trainings["lif"], trainings["clif"]
    for epoch in range(_clif_net.EPOCHS):
        if epoch == EXCHANGED:
            clif.resume(lif.state())  # neither neuron has weights of its own
        lif.run_epoch()
    while not clif.over:
        clif.run_epoch()
    names = {"LIF": lif, f"CLIF from epoch {EXCHANGED + 1}": clif}
    curves = {name: [epoch.loss for epoch in one.history] for name, one in names.items()}
    epochs = range(1, _clif_net.EPOCHS + 1)
    picture = pictures.lines("Loss", epochs, curves, x_label="epoch", y_label="nats")
    return Facts(lif.history[-1].loss - clif.history[-1].loss, {}, (picture,))

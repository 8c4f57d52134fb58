"""DS-ATGO Fig. 6 and 11: adaptive threshold and window keep a deep network trainable."""

from __future__ import annotations

from statistics import fmean

from suites import pictures
from suites.accuracy import losses, probe
from suites.findings import _ds_atgo, _trained
from suites.findings.finding import Facts, Finding

EPOCHS, PROBED = 6, 256
FINDING = Finding(
    paper="ds_atgo",
    place="Fig. 6 and 11, and the text on them",
    statement="With a fixed threshold, neurons of deep layers are silent, without gradient; with "
    "an adaptive threshold (AT) and window (TGO) the network learns",
    figure="the worse accuracy of AT and AT + TGO less that of the vanilla network",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("lif", "atlif"),
    seeds=5,
    scale="Six layers of 64 neurons without normalisation on 8 x 8 digits, T = 4, 6 epochs. With "
    "batch normalisation all three learn alike.",
)


def measure(seed: int) -> Facts:
    part = _trained.steps(*_ds_atgo.TASK).test.pick(slice(PROBED))
    accuracy, available, rates = {}, {}, {}
    for name in _ds_atgo.NEURONS:
        trained = _ds_atgo.train(name, "mlp_deep", EPOCHS, seed)
        accuracy[name] = 1 - trained.score.error
        inside = probe.probe(trained.network, part, losses.get("smooth"))
        available[name] = [fmean(layer.available) for layer in inside]
        rates[name] = [fmean(layer.rate) for layer in inside]
    depth = range(1, len(rates["AT"]) + 1)
    drawn = (
        pictures.bars("Accuracy", accuracy, unit="share"),
        pictures.lines("Share of neurons with a gradient", depth, available, x_label="layer"),
        pictures.lines("Spikes per neuron and step", depth, rates, x_label="layer"),
    )
    numbers = {f"accuracy of {name}": value for name, value in accuracy.items()}
    figure = min(accuracy["AT"], accuracy["AT + TGO"]) - accuracy["vanilla"]
    return Facts(figure, numbers, drawn)

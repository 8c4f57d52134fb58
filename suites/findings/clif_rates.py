"""CLIF Fig. 11: trained with CLIF, every layer fires less."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif_net, _trained
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="clif",
    place="appendix J, Fig. 11",
    statement="CLIF fires less than LIF in every layer",
    figure="smallest difference of the rates of LIF and CLIF over four layers",
    unit="spikes/neuron/step",
    accept=(0.0, 1.0),
    models=("lif", "clif"),
    scale=_clif_net.SCALE,
)


def measure(seed: int) -> Facts:
    rates = {
        model: _trained.by_layer(_clif_net.train(model, seed).score.rates)
        for model in ("lif", "clif")
    }
    differences = [lif - clif for lif, clif in zip(rates["lif"], rates["clif"], strict=True)]
    numbers = {f"{m}, layer {n}": rate for m in rates for n, rate in enumerate(rates[m], start=1)}
    layers = range(1, len(differences) + 1)
    title = "Spikes per neuron and step"
    return Facts(
        min(differences), numbers, (pictures.lines(title, layers, rates, x_label="layer"),)
    )

"""CLIF Fig. 7: on the same input CLIF fires less than LIF."""

from __future__ import annotations

from suites import analysis, pictures
from suites.findings._bernoulli import spikes
from suites.findings._exact import layer
from suites.findings.finding import Facts, Finding

SHOWN = 60  # steps
FINDING = Finding(
    paper="clif",
    place="appendix F, Fig. 7",
    statement="On the same random input, CLIF fires less than LIF",
    figure="rate of LIF less rate of CLIF",
    unit="spikes/neuron/step",
    accept=(0.0, float("inf")),
    models=("lif", "clif"),
    exact=True,
)


def measure(seed: int) -> Facts:
    x = spikes()
    lif = analysis.follow(layer("lif", reset="soft"), x)
    clif = analysis.follow(layer("clif"), x)
    rates = {"rate of LIF": float(lif.s.mean()), "rate of CLIF": float(clif.s.mean())}
    curves = {"u of LIF": lif.u + 1, "u of CLIF": clif.u + 1, "m of CLIF": clif.states.m}
    lines = {name: v[:SHOWN, 0, 0].tolist() for name, v in curves.items()}
    picture = pictures.lines("One neuron", range(SHOWN), lines, x_label="step")
    return Facts(rates["rate of LIF"] - rates["rate of CLIF"], rates, (picture,))

"""CLIF at T = 1 is LIF."""

from __future__ import annotations

import torch

from suites.findings._exact import gradient, layer, noise, upstream
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="clif",
    place="section 5.1, temporal ablation",
    statement="With one time step CLIF and LIF are the same, forward and backward",
    figure="largest difference of spikes and gradients",
    unit="",
    accept=(0.0, 0.0),
    models=("lif", "clif"),
    exact=True,
)


def measure(seed: int) -> Facts:
    x = noise(1, 64, 256)
    pair = [layer(model, reset="soft", surrogate="rect") for model in ("lif", "clif")]
    grads = [gradient(neuron, x, upstream(x)) for neuron in pair]
    with torch.no_grad():
        spikes = [neuron(x) for neuron in pair]
    return Facts(max(float((a - b).abs().max()) for a, b in (grads, spikes)))

"""DSN appendix A.3: an integer spike is the sum of N spikes of an IF neuron."""

from __future__ import annotations

import torch

import neurons
from suites.findings._exact import layer, noise
from suites.findings.finding import Facts, Finding

N = 4
FINDING = Finding(
    paper="dsn",
    place="appendix A.3",
    statement="clip(floor(h), 0, N) is the sum of the spikes of an IF neuron with soft reset that "
    "gets h in the first of N steps",
    figure="largest difference",
    unit="spikes",
    accept=(0.0, 0.0),
    models=("iaf", "dsn"),
    exact=True,
    scale="Eq. 10 rounds instead of floor: the same IF neuron then starts at h + 1/2.",
)


def measure(seed: int) -> Facts:
    h = 3 * noise(8).flatten()
    steps = torch.zeros(N, 1, len(h), dtype=torch.float64)
    steps[0] = h
    with torch.no_grad():
        spikes = layer("iaf", reset="soft")(steps).sum(0)[0]
        k = layer("dsn", shape=(64,))(3 * noise(8))
    slots = neurons.conversion.to_slots(k, N)
    numbers = {
        "sum of the slots of DSN's spikes, difference": float((slots.sum(1) - k).abs().max()),
        "ACs per input and weight, slots": float(slots.mean() * N),
        "ACs per input and weight, integers": float(k.mean()),
    }
    return Facts(float((spikes - h.floor().clip(0, N)).abs().max()), numbers)

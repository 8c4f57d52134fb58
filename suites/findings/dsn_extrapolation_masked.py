"""DSN Fig. 5: masked PSN cannot run on longer sequences than in training."""

from __future__ import annotations

import contextlib

import torch

import neurons
from suites.findings.finding import Facts, Finding

TRAINED, LENGTHS = 16, (4, 8, 16, 17, 32, 64)
FINDING = Finding(
    paper="dsn",
    place="section 5.1",
    statement="Masked PSN has a weight for each pair of steps: it cannot run on longer sequences",
    figure="longest sequence that runs, of up to 64 steps, with weights for 16",
    unit="steps",
    accept=(TRAINED, TRAINED),
    models=("masked_psn",),
    exact=True,
    scale="Shorter ones run at lambda = 1, where a part of the banded weights is that of the "
    "shorter sequence.",
)


def measure(seed: int) -> Facts:
    layer = neurons.Layer("masked_psn", T=TRAINED)
    ran = []
    for T in LENGTHS:
        with contextlib.suppress(ValueError, RuntimeError):
            layer(torch.zeros(T, 1, 4))
            ran.append(T)
    return Facts(float(max(ran)), {"shortest that runs": float(min(ran))})

"""CLIF: three readings of k-step BPTT."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from torch import Tensor

from suites import pictures
from suites.findings._exact import difference, gradient, layer, noise, upstream
from suites.findings.finding import Facts, Finding

T, STEPS = 6, (1, 2, 3)
READINGS = ("blocks", "lags", "first")
FINDING = Finding(
    paper="clif",
    place="section 4.1, Eq. 12, captions of Fig. 2 and 6",
    statement="The three descriptions of k-step BPTT are one method: blocks of k steps, "
    "lags below k, and a cut after the first k steps back",
    figure="smallest difference of two readings at k = 2",
    unit="relative",
    accept=(0.0, 1e-9),
    models=("lif",),
    exact=True,
    scale="The text, Eq. 12 and the captions describe different cuts. neurons.Layer has all three: "
    'truncate=k with truncation="blocks", "lags" or "first".',
)


def measure(seed: int) -> Facts:
    x = noise(T)
    grad_s = upstream(x)

    def cut(**options: Any) -> Tensor:
        neuron = layer("lif", tau=2.0, reset="soft", surrogate="rect", **options)
        return gradient(neuron, x, grad_s)

    whole = cut()
    grads = {(r, k): cut(truncate=k, truncation=r) for r in READINGS for k in STEPS}
    change = {r: [difference(grads[r, k], whole) for k in STEPS] for r in READINGS}
    pairs = combinations(READINGS, 2)
    figure = min(difference(grads[a, 2], grads[b, 2]) for a, b in pairs)
    numbers = {f"{r}, k = {k}": v for r in READINGS for k, v in zip(STEPS, change[r], strict=True)}
    title = "Change of the gradient by k-step BPTT"
    return Facts(figure, numbers, (pictures.lines(title, STEPS, change, x_label="k [steps]"),))

"""STC Fig. 2: the parameters of STC-LIF change with the input, those of LIF and PLIF do not."""

from __future__ import annotations

from suites import analysis, pictures
from suites.analysis import stc
from suites.findings._exact import layer, noise, shifted
from suites.findings.finding import Facts, Finding

T, ALPHA = 64, 0.5
FINDING = Finding(
    paper="stc",
    place="section 4.3 (c), Fig. 2",
    statement="The factors of memory and input, 1 + beta and 1 + gamma, change from step to step",
    figure="smallest standard deviation over time of any neuron's two factors",
    unit="",
    accept=(1e-9, float("inf")),
    models=("stclif",),
    exact=True,
    scale="With initial weights, not trained ones. In LIF and PLIF both factors are constants.",
)


def measure(seed: int) -> Facts:
    neuron, x = layer("stclif", shape=(64,)), noise(T)
    spikes = shifted(analysis.follow(neuron, x).s)
    beta, gamma = stc.gates(neuron, spikes)
    changing = {"1 + beta": 1 + beta, "1 + gamma": 1 + gamma}
    lines = {f"{name} of STC-LIF": v[:, 0, 0].tolist() for name, v in changing.items()}
    lines |= {"memory of LIF": [ALPHA] * T, "input of LIF": [1 - ALPHA] * T}
    numbers = {f"{name}, mean std over t": float(v.std(0).mean()) for name, v in changing.items()}
    figure = min(float(v.std(0).min()) for v in changing.values())
    title = "The factors of one neuron"
    return Facts(figure, numbers, (pictures.lines(title, range(T), lines, x_label="step"),))

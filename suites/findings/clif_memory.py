"""CLIF Fig. 8: the complementary potential remembers for longer than the membrane potential."""

from __future__ import annotations

from torch import Tensor

from suites import analysis, pictures
from suites.findings._bernoulli import spikes
from suites.findings._exact import layer
from suites.findings.finding import Facts, Finding

LAGS = 8
FINDING = Finding(
    paper="clif",
    place="appendix F, Fig. 8",
    statement="The autocorrelation of CLIF's complementary potential falls more slowly than that "
    "of its membrane potential",
    figure="smallest difference of the two over lags 1 to 3, about the mean",
    unit="of that at lag 0",
    accept=(1e-3, float("inf")),
    models=("lif", "clif"),
    exact=True,
    scale="It holds about the mean of each. Without that, m never falls: it is never negative.",
)


def correlation(v: Tensor) -> list[float]:
    """Return the autocorrelation about the mean, relative to lag 0."""
    found = analysis.autocorrelation(v - v.mean(0), LAGS).mean((1, 2))
    return (found / found[0]).tolist()


def measure(seed: int) -> Facts:
    x = spikes()
    clif = analysis.follow(layer("clif"), x)
    lif = analysis.follow(layer("lif", reset="soft"), x)
    curves = {"m": clif.states.m, "u of CLIF": clif.u, "u of LIF": lif.u}
    lines = {name: correlation(v) for name, v in curves.items()}
    numbers = {f"{name}, lag {lag}": lines[name][lag] for name in lines for lag in (1, 2, 3)}
    figure = min(lines["m"][lag] - lines["u of CLIF"][lag] for lag in (1, 2, 3))
    title = "Autocorrelation about the mean"
    return Facts(
        figure, numbers, (pictures.lines(title, range(LAGS), lines, x_label="lag [steps]"),)
    )

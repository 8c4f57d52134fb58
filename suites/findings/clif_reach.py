"""CLIF: how far back its gradient reaches, beside LIF's."""

from __future__ import annotations

from suites import pictures
from suites.findings._exact import layer, noise
from suites.findings.finding import Facts, Finding
from suites.gradients.horizon import norms

T, TAU, LAGS = 128, 5.0, (16, 32)
FINDING = Finding(
    paper="clif",
    place="section 4.3, Fig. 2",
    statement="CLIF's gradient reaches further back in time than LIF's",
    figure="CLIF's gradient less LIF's, 16 steps back",
    unit="of that at lag 0",
    accept=(1e-9, float("inf")),
    models=("lif", "clif"),
    exact=True,
    scale="Both with soft reset, rect surrogate and tau = 5; inputs are normal with the mean .45.",
)


def measure(seed: int) -> Facts:
    reach = {}
    for model in ("lif", "clif"):
        found = norms(layer(model, tau=TAU, reset="soft", surrogate="rect"), noise(T, 32))
        reach[model] = (found / found[0]).tolist()
    numbers = {f"{model}, lag {lag}": reach[model][lag] for model in reach for lag in LAGS}
    lines = {model: [v or None for v in values[:65]] for model, values in reach.items()}
    picture = pictures.lines(
        "How far back the gradient reaches", range(65), lines, x_label="steps back", log="y"
    )
    return Facts(reach["clif"][16] - reach["lif"][16], numbers, (picture,))

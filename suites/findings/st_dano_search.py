"""ST-DANO 4.3: the search finds a network that beats LIF in every layer."""

from __future__ import annotations

from suites.accuracy import search
from suites.accuracy.searched import heat_maps
from suites.findings import _trained
from suites.findings.finding import Facts, Finding

T = 4
FINDING = Finding(
    paper="st_dano",
    place="section 4.3, Tables 2 and 3",
    statement="The network that the search finds is more accurate than LIF in every layer",
    figure="error of LIF less that of the found string, both trained from scratch",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("lif", "llif", "slif", "super"),
    scale="Two hidden layers on 8 x 8 digits, T = 4, 10 epochs; the learning rate of alpha times "
    "the number of steps is the paper's.",
)


def measure(seed: int) -> Facts:
    found = search.search(_trained.steps("digits", T), "mlp_norm", seed)
    numbers = {"error of the string": found.error, "error of LIF": found.lif_error}
    return Facts(found.lif_error - found.error, numbers, tuple(heat_maps(found)))

"""DSN Table 2: the causal convolution beside other structures of the decay."""

from __future__ import annotations

from suites import pictures
from suites.accuracy import recipes, tasks
from suites.accuracy.networks.mlp import HIDDEN
from suites.findings import _decays, _dsn_rows, _trained
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="dsn",
    place="section 5.2.1, Table 2",
    statement="A decay from a causal convolution learns better than one without, and than low-rank "
    "and inter-channel structures",
    figure="smallest error of these three less that of the causal convolution",
    unit="share of test samples",
    accept=(0.0, 1.0),
    models=("dsn",),
    seeds=5,
    scale=_dsn_rows.SCALE + " The paper prints no equations of the other structures; these are our "
    "reading, in suites/findings/_decays.py.",
)


def measure(seed: int) -> Facts:
    task, recipe = tasks.load("rows"), recipes.get("tiny")
    errors = {"causal": _dsn_rows.error(seed)}
    for name in _decays.STRUCTURES:
        layers = _decays.layers(name, HIDDEN)
        errors[name] = _trained.train(task, "mlp", layers, recipe, seed).score.error
    others = (errors[name] for name in ("low-rank", "inter-channel", "none"))
    return Facts(min(others) - errors["causal"], errors, (pictures.bars("Test error", errors),))

"""DS-ATGO Fig. 13: the momentum of the running threshold."""

from __future__ import annotations

from typing import Any

from suites import pictures
from suites.findings import _ds_atgo
from suites.findings.finding import Facts, Finding

EPOCHS = 4
MOMENTA = (0.05, 0.1, 0.3, 0.5, 0.9)
FINDING = Finding(
    paper="ds_atgo",
    place="appendix C, Fig. 13",
    statement="The momentum of the running threshold has a negligible influence on accuracy",
    figure="largest accuracy less the smallest, over momenta of .05 to .9",
    unit="share of test samples",
    accept=(float("-inf"), 0.02),
    models=("atlif",),
    scale="Two points count as negligible: some seeds differ by as much. Two hidden layers with "
    "normalisation on 8 x 8 digits, T = 4, 4 epochs of 12 batches, too few for a slow average.",
)


def measure(seed: int) -> Facts:
    variants: dict[str, dict[str, Any]] = {f"m = {m}": {"momentum": m} for m in MOMENTA}
    variants["no average"] = {"average": False}
    accuracy = {}
    for name, options in variants.items():
        trained = _ds_atgo.train("AT + TGO", "mlp_norm", EPOCHS, seed, **options)
        accuracy[name] = 1 - trained.score.error
    averaged = [accuracy[f"m = {m}"] for m in MOMENTA]
    picture = pictures.bars("Accuracy", accuracy, unit="share of test samples")
    return Facts(max(averaged) - min(averaged), accuracy, (picture,))

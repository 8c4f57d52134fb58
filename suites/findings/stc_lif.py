"""STC Table 2: STC-LIF predicts better than LIF."""

from __future__ import annotations

from suites import pictures
from suites.findings import _moving
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="section 5.1, Table 2",
    statement="STC-LIF predicts moving digits better than LIF",
    figure="MSE of LIF less that of STC-LIF, after as many batches",
    unit="per frame",
    accept=(0.0, float("inf")),
    models=("stclif", "lif"),
    scale=_moving.SCALE,
)


def measure(seed: int) -> Facts:
    trained = {"LIF": _moving.train("lif", seed), "STC-LIF": _moving.train("stclif", seed)}
    errors = {name: _moving.error(one) for name, one in trained.items()}
    drawn = (_moving.frames(trained), pictures.bars("MSE", errors, unit="per frame"))
    return Facts(errors["LIF"] - errors["STC-LIF"], errors, drawn)

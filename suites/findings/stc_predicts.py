"""STC Table 2: STC-LIF predicts the next frames."""

from __future__ import annotations

from suites import pictures
from suites.findings import _moving
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="section 5.1, Table 2",
    statement="STC-LIF predicts moving digits: better than black frames and than the last frame",
    figure="1 - MSE of STC-LIF over that of the better of the two",
    unit="share",
    accept=(0.1, 1.0),
    models=("stclif",),
    scale=_moving.SCALE,
)


def measure(seed: int) -> Facts:
    trained, baselines = _moving.train("stclif", seed), _moving.baselines()
    errors = {"STC-LIF": _moving.error(trained)} | baselines
    drawn = (_moving.frames({"STC-LIF": trained}), pictures.bars("MSE", errors, unit="per frame"))
    return Facts(1 - errors["STC-LIF"] / min(baselines.values()), errors, drawn)

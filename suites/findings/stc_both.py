"""STC Table 7: both circuits contribute."""

from __future__ import annotations

from suites import pictures
from suites.findings import _moving
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="stc",
    place="section 5.6, Table 7",
    statement="Both circuits contribute: without the temporal one or without the spatial one, the "
    "error is larger",
    figure="MSE without one circuit, the smaller, less that with both",
    unit="per frame",
    accept=(0.0, float("inf")),
    models=("stclif",),
    scale=_moving.SCALE,
)


def measure(seed: int) -> Facts:
    variants = {"both": "both", "without temporal": "spatial", "without spatial": "temporal"}
    errors = {
        name: _moving.error(_moving.train("stclif", seed, kept=kept))
        for name, kept in variants.items()
    }
    figure = min(errors["without temporal"], errors["without spatial"]) - errors["both"]
    return Facts(figure, errors, (pictures.bars("MSE", errors, unit="per frame"),))

"""CLIF: the same recursion as it is printed."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif
from suites.findings._exact import ROUNDING
from suites.findings.finding import Facts, Finding

STEPS = (2, 4, 8, 16, 32, 64)
FINDING = Finding(
    paper="clif",
    place="Eq. 45 with Eq. 48",
    statement="The sum of the printed factors is CLIF's gradient",
    figure="difference to autograd",
    unit="relative",
    accept=ROUNDING,
    models=("clif",),
    exact=True,
    scale="Both xi and the factor of dL/dm contain the path from u to m to the next u, so it "
    "counts twice. Dropped once, the sum equals autograd: clif_recursion.",
)


def measure(seed: int) -> Facts:
    errors = [_clif.error(printed=True, steps=steps) for steps in STEPS]
    lines = {"Eq. 45 with 48": errors}
    picture = pictures.lines("Difference to autograd", STEPS, lines, x_label="T [steps]", log="x")
    return Facts(
        errors[-1], dict(zip(map("T = {}".format, STEPS), errors, strict=True)), (picture,)
    )

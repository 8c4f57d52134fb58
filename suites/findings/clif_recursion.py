"""CLIF: the gradient through both potentials as a recursion."""

from __future__ import annotations

from suites.findings import _clif
from suites.findings._exact import ROUNDING
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="clif",
    place="Eq. 22-24 and appendix G",
    statement="CLIF's gradient follows from epsilon, psi and the complementary potential, "
    "in the corrected form of suites/analysis/clif.py",
    figure="difference to autograd",
    unit="relative",
    accept=ROUNDING,
    models=("clif",),
    exact=True,
)


def measure(seed: int) -> Facts:
    return Facts(_clif.error(printed=False))

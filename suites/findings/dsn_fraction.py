"""DSN Eq. 17: the same product by fractions, which float32 cannot hold."""

from __future__ import annotations

import math

from suites import pictures
from suites.findings import _dsn
from suites.findings._exact import difference
from suites.findings.finding import Facts, Finding

LENGTHS = (4, 8, 16, 32, 64, 128)
LARGEST = 1e-3  # a difference that would still be usable
FINDING = Finding(
    paper="dsn",
    place="section 4, Eq. 16-17 and footnote 1",
    statement="The form with fractions, Eq. 17, is numerically unstable",
    figure="shortest T at which float32 is off by more than 0.1 % or not finite",
    unit="steps",
    accept=(1.0, 64.0),
    models=("dsn",),
    exact=True,
    scale="It divides by the product of all decay factors. In float64 it fails later. With "
    "drawn weights alpha is small; trained ones may be larger.",
)


def measure(seed: int) -> Facts:
    curves: dict[str, list[float | None]] = {"float32": [], "float64": []}
    for T in LENGTHS:
        alpha, x, h = _dsn.potential(T)
        for name, parts in {"float32": (alpha.float(), x.float()), "float64": (alpha, x)}.items():
            curves[name].append(difference(_dsn.by_matrix(*parts).double(), h))
    unstable = [not (d is not None and d <= LARGEST) for d in curves["float32"]]
    first = next((T for T, bad in zip(LENGTHS, unstable, strict=True) if bad), float("inf"))
    picture = pictures.lines(
        "Difference of Eq. 17 to the recursion; gaps are not finite",
        LENGTHS,
        curves,
        x_label="T [steps]",
        log="xy",
    )
    exact = zip(LENGTHS, curves["float64"], strict=True)
    numbers = {f"float64, T = {T}": math.nan if v is None else v for T, v in exact}
    return Facts(float(first), numbers, (picture,))

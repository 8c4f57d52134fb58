"""DS-ATGO Fig. 5: which share of potentials has a gradient, as their spread changes."""

from __future__ import annotations

from suites import pictures
from suites.analysis import ds_atgo
from suites.findings._normal import SPREADS, first_step
from suites.findings.finding import Facts, Finding

VARIANTS = {
    "fixed": {"threshold": "fixed", "width": "fixed"},
    "AT": {"width": "fixed"},
    "AT + TGO": {},
}
FINDING = Finding(
    paper="ds_atgo",
    place="Fig. 5 and the text on it",
    statement="With threshold and window that follow the potentials, more of them have a gradient "
    "than with fixed ones, whether they are narrow or wide",
    figure="smallest gain of AT + TGO over fixed, over four spreads other than 1",
    unit="share of potentials",
    accept=(0.0, 1.0),
    models=("atlif",),
    exact=True,
    scale="AT alone does worse than the fixed window where potentials are wide.",
)


def measure(seed: int) -> Facts:
    shares = {}
    for name, options in VARIANTS.items():
        paths = [first_step(spread, **options) for spread in SPREADS]
        shares[name] = [float(ds_atgo.in_window(path.u, path.width)[0]) for path in paths]
    gains = [
        both - fixed
        for spread, both, fixed in zip(SPREADS, shares["AT + TGO"], shares["fixed"], strict=True)
        if spread != 1
    ]
    numbers = {
        f"{name}, sigma = {spread:g}": share
        for name, values in shares.items()
        for spread, share in zip(SPREADS, values, strict=True)
    }
    title = "Share of potentials with a gradient"
    picture = pictures.lines(title, SPREADS, shares, x_label="sigma of the potential", log="x")
    return Facts(min(gains), numbers, (picture,))

"""ST-DANO appendix D: a shorter memory gives every later step more of the gradient."""

from __future__ import annotations

from suites import pictures
from suites.analysis import st_dano
from suites.findings._share import CASES
from suites.findings.finding import Facts, Finding

FINDING = Finding(
    paper="st_dano",
    place="appendix D, Eq. 55-58",
    statement="If tau falls, the change of a step's share in the gradient rises with time",
    figure="cases of T and tau in which it rises at every step",
    unit="share of 20 cases",
    accept=(1.0, 1.0),
    models=(),
    exact=True,
    scale="The proof takes exp(-i/x) out of a sum over i. What holds in every case is that "
    "the first step loses and the last one gains: st_dano_last.",
)


def measure(seed: int) -> Facts:
    rises = [bool((st_dano.change_of_share(*case).diff() > 0).all()) for case in CASES]
    shown = {
        f"tau {before:g} to {after:g}": st_dano.change_of_share(T, before, after).tolist()
        for T, before, after in CASES
        if T == 16
    }
    picture = pictures.lines(
        "Change of each step's share, T = 16", range(16), shown, x_label="step"
    )
    return Facts(sum(rises) / len(rises), {}, (picture,))

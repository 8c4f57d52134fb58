"""ST-DANO Eq. 22: the gradient of LIF's spikes by their inputs."""

from __future__ import annotations

import torch

from suites import analysis
from suites.analysis import st_dano
from suites.findings._exact import ROUNDING, difference, layer, noise
from suites.findings.finding import Facts, Finding

T, TAU = 12, 1.7
FINDING = Finding(
    paper="st_dano",
    place="Eq. 22",
    statement="The sum of dS[t]/dX[i] over i is H'[t] (1 + sum of d^i times kappas)",
    figure="difference to autograd",
    unit="relative",
    accept=ROUNDING,
    models=("lif",),
    exact=True,
    scale="Eq. 4 as printed counts the term 1 twice.",
)


def measure(seed: int) -> Facts:
    differences = {}
    for reset in ("hard", "soft"):
        options = {"decay": "exp", "tau": TAU, "surrogate": "piecewise_quadratic", "reset": reset}
        lif, x = layer("lif", **options), noise(T).requires_grad_()
        path = analysis.follow(lif, x.detach())
        hard = st_dano.kappa_hard(path.u + 1, path.s, path.slope)
        kappa = hard if reset == "hard" else st_dano.kappa_soft(path.slope)
        s = lif(x)
        sums = [torch.autograd.grad(row.sum(), x, retain_graph=True)[0].sum(0) for row in s]
        ours = st_dano.gradient_sum(path.slope, kappa, TAU)
        differences[reset] = difference(ours, torch.stack(sums))
    return Facts(max(differences.values()), differences)

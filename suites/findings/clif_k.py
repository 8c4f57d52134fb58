"""CLIF Table 3 and Fig. 6: with gradients from more steps back, LIF learns no better."""

from __future__ import annotations

from suites import pictures
from suites.findings import _clif_net
from suites.findings.finding import Facts, Finding

STEPS = (1, 2, 3, 4)
FINDING = Finding(
    paper="clif",
    place="appendix C, Table 3 and Fig. 6",
    statement="With LIF, gradients from more than 3 steps back do not help",
    figure="loss with gradients of 3 steps less that with all, tau = 2",
    unit="nats",
    accept=(float("-inf"), 0.02),
    models=("lif",),
    scale=_clif_net.SCALE
    + " Accuracy is too noisy here, so the loss of the last epoch is compared; "
    "k cuts the gradient into blocks, and .02 nats count as no help.",
)


def losses(tau: float, seed: int) -> dict[str, float]:
    """Return the training loss of the last epoch for every k, and without a cut."""
    found = {}
    for k in (*STEPS, None):
        trained = _clif_net.train("lif", seed, tau=tau, truncate=k)
        found[f"k = {k or 'all'}"] = trained.history[-1].loss
    return found


def measure(seed: int) -> Facts:
    found = losses(2.0, seed)
    title = "Loss of the last epoch, tau = 2"
    picture = pictures.bars(title, found, unit="nats")
    return Facts(found["k = 3"] - found["k = all"], found, (picture,))

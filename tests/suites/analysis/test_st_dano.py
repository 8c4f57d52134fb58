"""The shares of the time steps in the gradient are those of ST-DANO."""

import math

import pytest
import torch
from torch import Tensor

from suites import analysis
from suites.analysis import st_dano
from tests.neurons.samples import build_layer
from tests.suites.analysis.samples import TAU, grad, sequence


@pytest.mark.parametrize("reset", ["hard", "soft"])
def test_the_gradient_is_equation_22(reset):
    options = {"decay": "exp", "tau": TAU, "surrogate": "piecewise_quadratic", "reset": reset}
    layer, x = build_layer("lif", **options).double(), sequence().requires_grad_()
    path = analysis.follow(layer, x.detach())
    if reset == "hard":
        kappa = st_dano.kappa_hard(path.u + 1, path.s, path.slope)
    else:
        kappa = st_dano.kappa_soft(path.slope)
    sums = st_dano.gradient_sum(path.slope, kappa, TAU)
    s = layer(x)
    for t in (0, 1, 11):
        torch.testing.assert_close(sums[t], grad(s[t], x).sum(0))


def test_contributions_are_equations_27_and_52():
    kappa, d = sequence(3)[:, 0, 0], math.exp(-1 / TAU)
    k1, k2, k3 = kappa
    G3 = d * k3
    G2 = G3 + d**2 * k3 * k2
    expected = torch.stack([G2 + d**3 * k3 * k2 * k1, G2, G3])
    torch.testing.assert_close(st_dano.contributions(kappa, TAU), expected)
    G = st_dano.contributions(torch.ones(6, dtype=torch.float64), TAU)
    assert G.sum().item() == pytest.approx(sum((7 - i) * d**i for i in range(1, 7)))
    assert st_dano.share(G).sum().item() == pytest.approx(1)


@pytest.mark.parametrize("T", [2, 4, 6, 10, 16, 32])
@pytest.mark.parametrize("taus", [(2.0, 1.05), (2.0, 1.5), (2.0, 1.9), (4.0, 2.0), (10.0, 9.0)])
def test_a_shorter_memory_moves_share_from_the_first_step_to_the_last(T, taus):
    """What remains of appendix D's theorem: it holds in every case."""
    change = st_dano.change_of_share(T, *taus)
    assert change[0] < 0 < change[-1]
    assert st_dano.centre(change) > 0  # the mean step comes later


@pytest.mark.parametrize(
    ("T", "before", "after", "monotone"),
    [(8, 2.0, 1.5, True), (16, 2.0, 1.05, True), (8, 4.0, 2.0, False), (16, 2.0, 1.5, False)],
)
def test_the_theorem_of_appendix_d_holds_in_some_cases_only(T, before, after, monotone):
    """It says that the change of P rises with time; often it is largest before the last step.

    Its proof, Eq. 58, takes exp(-i / x) out of a sum over i.
    """
    change = st_dano.change_of_share(T, before, after)
    assert bool((change.diff() > 0).all()) == monotone
    assert (int(change.argmax()) == T - 1) == monotone


def centre(model: str, x: Tensor, **options) -> float:
    return st_dano.centre(st_dano.gradient_share(build_layer(model, **options), x))


@pytest.mark.parametrize("T", [4, 16])
def test_llif_moves_the_gradient_early_and_slif_moves_it_late(T):
    """Appendices C and D, for drive strong enough that spikes leave something over."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(T, 64, 64, generator=generator, dtype=torch.float64) + 0.4
    lif = {"decay": "exp", "surrogate": "piecewise_quadratic"}
    assert centre("llif", x) < centre("lif", x, **lif) - 0.01
    assert centre("slif", x, beta=0.5) > centre("lif", x, reset="soft", **lif) + 0.005


def test_gradient_share_of_a_sum_is_even():
    share = st_dano.gradient_share(lambda x: 3 * x, sequence(5))
    torch.testing.assert_close(share, torch.full((5,), 0.2, dtype=torch.float64))
    assert st_dano.centre(share) == pytest.approx(2)

"""The papers' analysis formulas against autograd and against the models they speak of."""

import math

import pytest
import torch
from torch import Tensor

import neurons
from suites import analysis
from suites.analysis import clif, ds_atgo, st_dano, stc
from tests.neurons.samples import current, made, says

TAU = 1.7


def grad(y: Tensor, x: Tensor) -> Tensor:
    (found,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
    return found


def sequence(T: int = 12) -> Tensor:
    return current(T, 3, 5, dtype=torch.float64)


def test_follow_sees_what_the_layer_does():
    layer, x = made("clif", stateful=True, backend="eager").double(), sequence()
    path = analysis.follow(layer, x)
    assert torch.equal(path.s, layer(x)) and torch.equal(path.s, (path.u >= 0).double())
    for whole, last in zip(path.states, layer.state, strict=True):
        assert torch.equal(whole[-1], last)
    assert torch.equal(path.slope, (path.u.abs() < 0.5).double())
    assert (path.width == 1).all()
    assert analysis.follow(made("lif"), x).width.isnan().all()


@pytest.mark.parametrize(("model", "why"), [("psn", "no step"), ("super", "no step")])
def test_follow_says_what_it_cannot(model, why):
    with pytest.raises(ValueError, match=why) as error:
        analysis.follow(made(model, shape=(5,)) if model == "super" else made(model), sequence())
    says(error, model)


# CLIF ---------------------------------------------------------------------------------------------


def clif_step(u: Tensor, m_before: Tensor, fire: neurons.Fire, detach_m: bool = False):
    """u[t], m[t-1] -> m[t], u[t+1] without its input; Eq. 40-42."""
    s = fire(u - 1)
    m = m_before * torch.sigmoid(u / TAU) + s
    return s, m, (1 - 1 / TAU) * (u - s * (1 + torch.sigmoid(m.detach() if detach_m else m)))


def test_factors_of_clif_are_its_derivatives():
    fire = neurons.Layer("clif", surrogate="atan").fire
    u, m_before = sequence(1).requires_grad_(), sequence(1).abs()
    s, m, following = clif_step(u, m_before, fire)
    slope = grad(s, u)
    epsilon = clif.epsilon(slope, TAU, m=m.detach())
    psi = clif.psi(u, m_before, slope, TAU)
    by_m = clif.reset_by_m(s, m, TAU)
    torch.testing.assert_close(epsilon, grad(clif_step(u, m_before, fire, detach_m=True)[2], u))
    torch.testing.assert_close(psi, grad(m, u))
    torch.testing.assert_close(clif.xi(epsilon, by_m, psi), grad(following, u))
    torch.testing.assert_close(by_m, grad(following, m))

    free = m.detach().requires_grad_()
    x = sequence(1) * 0.7
    u_next = (1 - 1 / TAU) * (u.detach() - s.detach() * (1 + torch.sigmoid(free))) + x
    s_next, m_next, _ = clif_step(u_next, free, fire)
    psi_next = clif.psi(u_next, free, grad(s_next, u_next), TAU)
    torch.testing.assert_close(clif.rho(u_next, by_m, psi_next, TAU), grad(m_next, free))


def test_factor_of_lif_is_its_derivative():
    layer = made("lif", tau=TAU, reset="soft", surrogate="rect").double()
    x = sequence(2).requires_grad_()
    s, state = layer.neuron.step(x[0], layer.neuron.initial(x[0], layer.params), layer.params,
                                 layer.fire)  # fmt: skip
    slope = grad(s, x)[0]
    epsilon = clif.epsilon(slope, TAU)
    torch.testing.assert_close(epsilon, (1 - 1 / TAU) * grad(state.v, x)[0])
    fired = slope == 1  # Eq. 14: one spike near the threshold, and the gradient is gone
    assert fired.any() and not epsilon[fired].any()
    assert torch.equal(epsilon[~fired], torch.full_like(epsilon[~fired], 1 - 1 / TAU))


def adjoint(path: analysis.Path, upstream: Tensor, tau: float, printed: bool) -> Tensor:
    """dL/du of every step: the recursion of the module's docstring, or Eq. 45 and 48 as printed."""
    u, (_, m) = path.u + 1, path.states
    before = torch.cat([torch.zeros_like(m[:1]), m[:-1]])
    epsilon = clif.epsilon(path.slope, tau, m=m)
    psi = clif.psi(u, before, path.slope, tau)
    by_m = clif.reset_by_m(path.s, m, tau)
    found = [upstream[-1] * path.slope[-1]]
    to_m = torch.zeros_like(found[0])
    for t in range(len(u) - 2, -1, -1):
        onward = clif.xi(epsilon[t], by_m[t], psi[t]) if printed else epsilon[t]
        keep = torch.sigmoid(u[t + 1] / tau)
        keep = clif.rho(u[t + 1], by_m[t], psi[t + 1], tau) if printed else keep
        to_m = found[-1] * by_m[t] + to_m * keep
        found.append(upstream[t] * path.slope[t] + found[-1] * onward + to_m * psi[t])
    return torch.stack(found[::-1])


def test_the_factors_make_up_the_gradient_of_the_model():
    """dL/dx = dL/du. Taken literally, the printed sum counts the path u -> m -> u twice."""
    layer, x = made("clif", tau=TAU).double(), sequence().requires_grad_()
    upstream = torch.randn_like(x)
    expected = grad(layer(x) * upstream, x)
    path = analysis.follow(layer, x.detach())
    torch.testing.assert_close(adjoint(path, upstream, TAU, printed=False), expected)
    assert not torch.allclose(adjoint(path, upstream, TAU, printed=True), expected, rtol=1e-2)


def test_autocorrelation_is_the_papers_sum():
    x = sequence(9)
    for k, found in enumerate(analysis.autocorrelation(x, 4)):
        expected = sum(x[n] * x[n - k] for n in range(k, 9)) / 9
        torch.testing.assert_close(found, expected)


def test_the_complementary_potential_remembers_for_longer():
    """CLIF Fig. 8, about the mean of each: R of m falls more slowly than R of u."""
    x = (torch.rand(400, 64, 1) < 0.4).double() * 0.8
    path = analysis.follow(made("clif").double(), x)

    def decay(v: Tensor) -> Tensor:
        R = analysis.autocorrelation(v - v.mean(0), 3).mean((1, 2))
        return R[1:] / R[0]

    assert (decay(path.states.m) > decay(path.u) + 0.1).all()


# ST-DANO ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reset", ["hard", "soft"])
def test_the_gradient_is_equation_22(reset):
    options = {"decay": "exp", "tau": TAU, "surrogate": "piecewise_quadratic", "reset": reset}
    layer, x = made("lif", **options).double(), sequence().requires_grad_()
    path = analysis.follow(layer, x.detach())
    if reset == "hard":
        kappa = st_dano.kappa_hard(path.u + 1, path.s, path.slope)
    else:
        kappa = st_dano.kappa_soft(path.slope)
    found = st_dano.gradient_sum(path.slope, kappa, TAU)
    s = layer(x)
    for t in (0, 1, 11):
        torch.testing.assert_close(found[t], grad(s[t], x).sum(0))


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


def test_a_shorter_memory_gives_recent_steps_a_larger_share():
    """Appendix D: the change of P is monotone in time."""
    ones = torch.ones(8, dtype=torch.float64)
    long, short = (st_dano.share(st_dano.contributions(ones, tau)) for tau in (2.0, 1.5))
    change = short - long
    assert (change.diff() > 0).all() and change[0] < 0 < change[-1]


def centre(model: str, x: Tensor, **options) -> float:
    return st_dano.centre(st_dano.gradient_share(made(model, **options), x))


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


# STC ----------------------------------------------------------------------------------------------


def test_memory_is_the_derivative_of_the_potential():
    """Eq. 15 is exact where the gates are detached."""
    layer = made("stclif", shape=(5,), detach_gates=True).double()
    p, x = layer.params, sequence()
    state = layer.neuron.initial(x[0], p)
    v = (0.3 * torch.randn_like(x[0])).requires_grad_()
    state, slopes, betas = state._replace(v=v), [], []
    for t, x_t in enumerate(x):
        beta, gamma = (torch.tanh(state.s.detach() @ W.T) for W in (_mix(p.temporal),
                                                                    _mix(p.spatial)))  # fmt: skip
        m = (state.v * (1 + beta) + x_t * (1 + gamma)).detach().requires_grad_()
        slopes.append(grad(layer.fire(m - p.v_th), m))
        betas.append(beta.detach())
        _, state = layer.neuron.step(x_t, state, p, layer.fire)
        memory = stc.memory(torch.stack(slopes), torch.stack(betas))
        torch.testing.assert_close(memory[t], grad(state.v, v))


def _mix(weight: Tensor) -> Tensor:
    """A convolution over channels alone, in groups of len(weight) / its inputs, as a matrix."""
    return torch.block_diag(*weight.unbind(0)) if weight.shape[1] == 1 else weight


def test_memory_of_lif_is_its_factor():
    slope = sequence().abs()
    lif = stc.memory(slope, torch.full_like(slope, -1 / TAU))
    torch.testing.assert_close(lif, torch.cumprod(clif.epsilon(slope, TAU), dim=0))


# DS-ATGO ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (-3.0, 0.2), (5.0, 7.0)])
def test_theorem_1(mean, std):
    h = mean + std * torch.randn(3, 400, 400, dtype=torch.float64)
    assert abs(ds_atgo.FIRING - 0.158655) < 1e-6
    torch.testing.assert_close(
        ds_atgo.above(h), torch.full((3,), ds_atgo.FIRING, dtype=torch.float64), rtol=0, atol=3e-3
    )
    u = h - (mean + std)
    expected = ds_atgo.normal_in_window(mean, std, mean + std, 1.0)
    assert ds_atgo.in_window(u, 1.0).tolist() == pytest.approx([expected] * 3, abs=4e-3)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_atlif_fires_as_theorem_1_whatever_the_scale(scale):
    """In training mode; the first step's potential is the input, hence normal."""
    x = scale * torch.randn(4, 100, 300, dtype=torch.float64)
    path = analysis.follow(made("atlif", T=4).double(), x)
    assert path.s[0].mean().item() == pytest.approx(ds_atgo.FIRING, abs=5e-3)
    assert 0.05 < path.s.mean().item() < 0.25
    lif = analysis.follow(made("lif", surrogate="rect").double(), x)
    assert (lif.s.mean() < 0.01) == (scale == 0.3)


def test_atlif_keeps_its_window_where_the_potentials_are():
    """Eq. 7 and Fig. 11: wider for wide distributions, narrower for narrow ones."""
    available = []
    for scale in (0.5, 3.0):
        x = scale * torch.randn(3, 100, 300, dtype=torch.float64)
        path = analysis.follow(made("atlif", T=3).double(), x)
        adapted, fixed = (ds_atgo.in_window(path.u, w)[0] for w in (path.width, 1.0))
        available.append(adapted - fixed)
        threshold = float(x[0].mean() + x[0].std())
        assert path.width[0].item() == pytest.approx(1 + math.tanh(threshold - 1))
    assert available[0] < 0 < available[1]

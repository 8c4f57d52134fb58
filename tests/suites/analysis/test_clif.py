"""The factors of CLIF's gradient are its derivatives, by autograd."""

import torch
from torch import Tensor

import neurons
from suites import analysis
from suites.analysis import clif
from tests.neurons.samples import build_layer
from tests.suites.analysis.samples import TAU, grad, sequence


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
    layer = build_layer("lif", tau=TAU, reset="soft", surrogate="rect").double()
    x = sequence(2).requires_grad_()
    s, state = layer.neuron.step(x[0], layer.neuron.initial(x[0], layer.params), layer.params,
                                 layer.fire)  # fmt: skip
    slope = grad(s, x)[0]
    epsilon = clif.epsilon(slope, TAU)
    torch.testing.assert_close(epsilon, (1 - 1 / TAU) * grad(state.v, x)[0])
    fired = slope == 1  # Eq. 14: one spike near the threshold, and the gradient is gone
    assert fired.any() and not epsilon[fired].any()
    assert torch.equal(epsilon[~fired], torch.full_like(epsilon[~fired], 1 - 1 / TAU))


def test_the_factors_make_up_the_gradient_of_the_model():
    """dL/dx = dL/du. The sum as printed counts the path u -> m -> u twice."""
    layer, x = build_layer("clif", tau=TAU).double(), sequence().requires_grad_()
    grad_s = torch.randn_like(x)
    expected = grad(layer(x) * grad_s, x)
    path = analysis.follow(layer, x.detach())
    torch.testing.assert_close(clif.adjoint(path, grad_s, TAU), expected)
    assert not torch.allclose(clif.adjoint(path, grad_s, TAU, printed=True), expected, rtol=1e-2)


def test_the_complementary_potential_remembers_for_longer():
    """CLIF Fig. 8, about the mean of each: R of m falls more slowly than R of u."""
    x = (torch.rand(400, 64, 1) < 0.4).double() * 0.8
    path = analysis.follow(build_layer("clif").double(), x)

    def decay(v: Tensor) -> Tensor:
        R = analysis.autocorrelation(v - v.mean(0), 3).mean((1, 2))
        return R[1:] / R[0]

    assert (decay(path.states.m) > decay(path.u) + 0.1).all()

"""The memory of a temporal circuit is the derivative of its potential."""

import torch

from suites.analysis import clif, stc
from tests.neurons.samples import build_layer
from tests.suites.analysis.samples import TAU, grad, sequence


def test_memory_is_the_derivative_of_the_potential():
    """Eq. 15 is exact where the gates are detached."""
    layer = build_layer("stclif", shape=(5,), detach_gates=True).double()
    p, x = layer.params, sequence()
    state = layer.neuron.initial(x[0], p)
    v = (0.3 * torch.randn_like(x[0])).requires_grad_()
    state, slopes, betas = state._replace(v=v), [], []
    for t, x_t in enumerate(x):
        beta, gamma = stc.gates(layer, state.s)
        m = (state.v * (1 + beta) + x_t * (1 + gamma)).detach().requires_grad_()
        slopes.append(grad(layer.fire(m - p.v_th), m))
        betas.append(beta)
        _, state = layer.neuron.step(x_t, state, p, layer.fire)
        memory = stc.memory(torch.stack(slopes), torch.stack(betas))
        torch.testing.assert_close(memory[t], grad(state.v, v))


def test_memory_of_lif_is_its_factor():
    slope = sequence().abs()
    lif = stc.memory(slope, torch.full_like(slope, -1 / TAU))
    torch.testing.assert_close(lif, torch.cumprod(clif.epsilon(slope, TAU), dim=0))

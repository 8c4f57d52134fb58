"""STC Eq. 15: what is left of the potential's gradient after T steps."""

from __future__ import annotations

import torch
from torch import Tensor

import neurons
from suites import pictures
from suites.analysis import stc
from suites.findings._exact import ROUNDING, difference, layer, noise
from suites.findings.finding import Facts, Finding

T, ALPHA = 24, 0.5
FINDING = Finding(
    paper="stc",
    place="Eq. 15",
    statement="dv[t+T]/dv[t] is the product of (1 - v_th H'(m - v_th)) (1 + beta), if no gradient "
    "flows through the gates",
    figure="difference to autograd",
    unit="relative",
    accept=ROUNDING,
    models=("stclif",),
    exact=True,
)


def measure(seed: int) -> Facts:
    neuron, x = layer("stclif", shape=(64,), detach_gates=True), noise(T)
    left, memory, slope = follow(neuron, x)
    lif = stc.memory(slope, torch.full_like(slope, ALPHA - 1))
    curves = {"STC-LIF": left, "LIF with the same slopes, alpha = .5": lif}
    lines = {name: v.abs().mean((1, 2)).tolist() for name, v in curves.items()}
    title, steps = "What is left of the potential's gradient", range(1, T + 1)
    picture = pictures.lines(title, steps, lines, x_label="steps later", log="y")
    return Facts(difference(memory, left), {}, (picture,))


def follow(neuron: neurons.Layer, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return dv[t]/dv[0] by autograd and by Eq. 15, and H', [T, N, C] each."""
    step, p = neuron.neuron.step, neuron.params
    assert step
    v = (0.3 * noise(1)[0]).requires_grad_()
    state, left, slopes, betas = neuron.neuron.initial(x[0], p)._replace(v=v), [], [], []
    for x_t in x:
        beta, gamma = stc.gates(neuron, state.s)
        m = (state.v * (1 + beta) + x_t * (1 + gamma)).detach().requires_grad_()
        slopes.append(torch.autograd.grad(neuron.fire(m - p.v_th).sum(), m)[0])
        betas.append(beta)
        _, state = step(x_t, state, p, neuron.fire)
        left.append(torch.autograd.grad(state.v.sum(), v, retain_graph=True)[0])
    slope = torch.stack(slopes)
    return torch.stack(left), stc.memory(slope, torch.stack(betas)), slope

"""The two functions of the reset: it makes a neuron nonlinear and controls its potential.

Source: DSN (parallel training), Definitions 3.1-3.3 and the propositions of appendix A.
"""

from __future__ import annotations

import torch
from torch import Tensor

from neurons import Layer
from suites.properties.probe import Builder, C, T, nearly_equal, noise, observe, threshold

DELTAS = (1, 2, 4, 8, 16, 32, 64, 128)  # windows tried for short control [steps]
PULSES = (1.01, 4.0, 1e3, 1e100)  # [thresholds]; soft resets need any number of steps for them
BOUND = 4.0  # largest input for long control [thresholds]
GROWTH = 1.25  # largest growth of a bounded peak; a random walk grows by 1.41, a sum by 2


@torch.no_grad()
def nonlinearity(build: Builder) -> bool:
    """Return whether the potential is not affine, H[t] = sum_i w[i] X[i] + b, in X. Def. 3.1."""
    layer = build(T)
    unit = threshold(layer, T)
    x, y = unit * (noise(2, T, 4, C) + 0.4)
    u_xy, u_x, u_y, u_0 = (observe(layer, v).u for v in (x + y, x, y, torch.zeros_like(x)))
    return not nearly_equal(u_xy + u_0, u_x + u_y)


@torch.no_grad()
def short_control(build: Builder) -> bool:
    """Return whether small inputs end any firing within some number of steps. Definition 3.2.

    There is a Delta such that, if the neuron fires at t - Delta and X[t-Delta+1 .. t] stay below
    V_th / Delta, it does not fire at t. The definition bounds these inputs from above only, so
    strong inhibition is tried too. The inputs before them are constant, noise, and pulses so large
    that a soft reset fails (Propositions A.3, A.4). Several t are tried.
    """
    return any(_controls(build, delta) for delta in DELTAS)


def _controls(build: Builder, delta: int) -> bool:
    """Return whether Definition 3.2 holds for this Delta, in sequences of at least twice that."""
    steps = max(T, 2 * delta)
    layer = build(steps)
    unit = threshold(layer, steps)
    ends = range(steps - 1, steps // 2, -4)  # several: parameters may belong to a step
    return all(_silences(layer, unit, delta, end, steps) for end in ends)


def _silences(layer: Layer, unit: float, delta: int, end: int, steps: int) -> bool:
    """Return whether some neurons fire at step end - delta, and none of them at step `end`."""
    before, after = _strong_inputs(end - delta + 1), _small_inputs(delta)
    rows, columns = before.shape[1], after.shape[1]
    x = torch.cat([before.repeat_interleave(columns, dim=1), after.repeat(1, rows, 1)])
    rest = x.new_zeros(steps - len(x), *x.shape[1:])
    fires = observe(layer, unit * torch.cat([x, rest])).fires
    first, last = fires[:, end - delta], fires[:, end]
    return bool(first.any() and not (first & last).any())


def _strong_inputs(steps: int) -> Tensor:
    """Return inputs after which a neuron may fire at the last step, [steps, N, C]."""
    pulses = torch.zeros(steps, len(PULSES), C, dtype=torch.float64)
    pulses[-1] = torch.tensor(PULSES, dtype=torch.float64)[:, None]
    drive = torch.tensor([1.01, 2.0, 10.0], dtype=torch.float64)[:, None].expand(steps, 3, C)
    noisy = [size * noise(steps, 8, C) for size in PULSES[1:]]
    return torch.cat([pulses, drive, *noisy], dim=1)


def _small_inputs(steps: int) -> Tensor:
    """Return inputs below 1 / steps, [steps, N, C]: nearly as large, 0, inhibition and noise."""
    largest = 0.999 / steps
    levels = torch.tensor([largest, 0.0, -1e3], dtype=torch.float64)
    noisy = [largest - size * noise(steps, 3, C).abs() for size in (1, 5)]
    return torch.cat([levels[:, None].expand(steps, len(levels), C), *noisy], dim=1)


def long_control(build: Builder) -> bool:
    """Return whether bounded inputs keep the potential bounded for any T. Definition 3.3.

    The peak of the potential under |X| <= 4 V_th must not grow when the sequence doubles. The
    inputs are constant (Proposition A.3), square waves at which a resonator might resonate, noise,
    and the worst case, the sign of the last potential's gradient. The definition bounds inputs from
    above only; but then any neuron with a negative weight would fail. A neuron whose parameters
    belong to one T is built again for the other.
    """
    return _peak(build, 4 * T) <= GROWTH * _peak(build, 2 * T)


def _peak(build: Builder, steps: int) -> float:
    layer = build(steps)
    v_th = threshold(layer, steps)
    unit = BOUND * v_th
    level = torch.tensor([0.1, 0.4, 1.0], dtype=torch.float64)[:, None].expand(steps, 3, C)
    t = torch.arange(steps)[:, None, None]
    waves = [(1.0 - 2 * (t // half % 2)).expand(steps, 1, C) for half in (1, 2, 8, 32)]
    x = unit * torch.cat([level, *waves, noise(steps, 2, C).clamp(-1, 1)], dim=1)
    x.requires_grad_()
    u = observe(layer, x).u
    (slope,) = torch.autograd.grad(u[:, -1].sum(), x)
    with torch.no_grad():
        worst = observe(layer, unit * slope.sign()).u
    return float(torch.maximum(u.detach().max(), worst.max())) + v_th

"""What the reset does for a neuron: it makes it nonlinear and controls its potential.

Source: DSN (parallel training), Definitions 3.1-3.3 and the propositions of appendix A.
"""

from __future__ import annotations

import torch
from torch import Tensor

from neurons import Layer
from suites.properties.probe import C, Make, T, noise, same, see, threshold

DELTAS = (1, 2, 4, 8, 16, 32)  # windows tried for delta-short control [steps]
ENDS = tuple(range(T - 1, T // 2, -4))  # where windows end: parameters may belong to a step
HUGE = (1.01, 4.0, 1e3, 1e100)  # pulses no fixed number of subtractions or leaks takes back
BOUND = 4.0  # of the inputs for long control [thresholds]
GROWTH = 1.25  # a peak may still creep to its limit; a random walk's grows by 1.41, a sum's by 2


@torch.no_grad()
def nonlinearity(make: Make) -> bool:
    """The potential is no affine function of the inputs, H[t] = sum_i w[i] X[i] + b. Def. 3.1."""
    layer = make(T)
    unit = threshold(layer, T)
    x, y = unit * (noise(2, T, 4, C) + 0.4)
    both, one, other, none = (see(layer, v).u for v in (x + y, x, y, torch.zeros_like(x)))
    return not same(both + none, one + other)


@torch.no_grad()
def short_control(make: Make) -> bool:
    """Some window is enough to end any firing under small inputs. Definition 3.2.

    There is a Delta such that, if the neuron fires at t - Delta and X[t-Delta+1 .. t] stay below
    V_th / Delta, it does not fire at t. The definition bounds these inputs from above only, so
    strong inhibition is among those tried. The earlier ones are pulses so large that soft reset
    fails (Propositions A.3, A.4), constant drive and noise. Windows end at several steps.
    """
    layer = make(T)
    unit = threshold(layer, T)
    return any(all(_silences(layer, unit, delta, end) for end in ENDS) for delta in DELTAS)


def _silences(layer: Layer, unit: float, delta: int, end: int) -> bool:
    """Whether something fires at step end - delta and nothing of it at `end`, of T steps."""
    before, after = _histories(end - delta + 1), _quiet(delta)
    rows, columns = before.shape[1], after.shape[1]
    x = torch.cat([before.repeat_interleave(columns, dim=1), after.repeat(1, rows, 1)])
    rest = x.new_zeros(T - len(x), *x.shape[1:])
    fires = see(layer, unit * torch.cat([x, rest])).fires
    first, last = fires[:, end - delta], fires[:, end]
    return bool(first.any() and not (first & last).any())


def _histories(steps: int) -> Tensor:
    """What makes a neuron fire at the last of these steps, [steps, N, C]."""
    pulses = torch.zeros(steps, len(HUGE), C, dtype=torch.float64)
    pulses[-1] = torch.tensor(HUGE, dtype=torch.float64)[:, None]
    drive = torch.tensor([1.01, 2.0, 10.0], dtype=torch.float64)[:, None].expand(steps, 3, C)
    wild = [size * noise(steps, 8, C) for size in HUGE[1:]]
    return torch.cat([pulses, drive, *wild], dim=1)


def _quiet(steps: int) -> Tensor:
    """Inputs below 1 / steps, [steps, N, C]: just so, none, inhibition, and anything between."""
    most = 0.999 / steps
    levels = torch.tensor([most, 0.0, -1e3], dtype=torch.float64)
    mixed = [most - size * noise(steps, 3, C).abs() for size in (1, 5)]
    return torch.cat([levels[:, None].expand(steps, len(levels), C), *mixed], dim=1)


def long_control(make: Make) -> bool:
    """Bounded inputs keep the potential bounded, however long they last. Definition 3.3.

    The peak of the potential under |X| <= 4 V_th no longer grows when the sequence doubles:
    constant drive (Proposition A.3), square waves that a resonator might follow, noise, and the
    worst case, which follows the sign of the last potential's gradient. The definition bounds
    inputs from above only; taken so, any neuron with a negative weight would fail. A neuron whose
    parameters belong to one T is built anew for the other.
    """
    return _peak(make, 4 * T) <= GROWTH * _peak(make, 2 * T)


def _peak(make: Make, steps: int) -> float:
    layer = make(steps)
    v_th = threshold(layer, steps)
    unit = BOUND * v_th
    level = torch.tensor([0.1, 0.4, 1.0], dtype=torch.float64)[:, None].expand(steps, 3, C)
    clock = torch.arange(steps)[:, None, None]
    waves = [(1.0 - 2 * (clock // half % 2)).expand(steps, 1, C) for half in (1, 2, 8, 32)]
    x = unit * torch.cat([level, *waves, noise(steps, 2, C).clamp(-1, 1)], dim=1)
    x.requires_grad_()
    u = see(layer, x).u
    (slope,) = torch.autograd.grad(u[:, -1].sum(), x)
    with torch.no_grad():
        worst = see(layer, unit * slope.sign()).u
    return float(torch.maximum(u.detach().max(), worst.max())) + v_th

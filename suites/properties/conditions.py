"""What a neuron needs for parallel training with serial inference.

Source: DSN (parallel training), section 3.2, Eq. 6-8; extrapolation is section 5.1.
"""

from __future__ import annotations

import torch

from suites.calls.counters import DispatchCounter
from suites.properties.probe import Builder, C, T, nearly_equal, noise, observe, threshold


@torch.no_grad()
def causality(build: Builder) -> bool:
    """Return whether later inputs change no earlier potential or output. Condition 1."""
    layer = build(T)
    x = threshold(layer, T) * (noise(T, 4, C) + 0.4)
    u, _, s = observe(layer, x)
    for t in (1, T // 2, T - 1):
        changed = observe(layer, torch.cat([x[:t], -5 * x[t:]]))
        if not (nearly_equal(changed.u[:, :t], u[:, :t]) and nearly_equal(changed.s[:t], s[:t])):
            return False
    return True


@torch.no_grad()
def shift_invariance(build: Builder) -> bool:  # a name in time_ would make it a benchmark
    """Return whether delayed inputs give the same potentials, delayed. Remark on condition 1.

    This fails if a parameter belongs to a time step. Both inputs begin with T steps of silence.
    Silence may change a neuron that has just started (psu: its reset is sigmoid(0) = 1/2 then);
    after T steps it does not any more.
    """
    layer, delay = build(2 * T), T // 4
    x = threshold(layer, 2 * T) * (noise(T - delay, 4, C) + 0.4)
    start, silence = noise(T, 4, C).zero_(), torch.zeros_like(x[:delay])
    orders = ([start, x, silence], [start, silence, x])
    u, delayed = (observe(layer, torch.cat(parts)).u for parts in orders)
    return nearly_equal(delayed[:, T + delay :], u[:, T : 2 * T - delay])


@torch.no_grad()
def online(build: Builder) -> bool:
    """Return whether the state holds all that is needed of the past. Condition 2.

    Running chunks of a sequence, with the state carried from chunk to chunk, must give the output
    of the whole sequence: online updatability.
    """
    layer = build(T)
    if layer.neuron.step is None:
        return False
    x = threshold(layer, T) * (noise(T, 4, C) + 0.4)
    stateful = build(T, stateful=True)
    chunks = x.split(T // 4 + 3)
    return torch.equal(torch.cat([stateful(chunk) for chunk in chunks]), layer(x))


@torch.no_grad()
def parallel(build: Builder) -> bool:
    """Return whether all steps are computed at once. Condition 3.

    Four times the steps must take less than twice the operations; a loop takes four times as many.
    """
    counts = []
    for steps in (T, 4 * T):
        layer = build(steps)
        with DispatchCounter() as counter:
            layer(noise(steps, 1, C))
        counts.append(counter.count)
    return counts[1] < 2 * counts[0]


@torch.no_grad()
def extrapolation(build: Builder) -> bool:
    """Return whether a layer built for T steps runs over 4 T steps. DSN, section 5.1."""
    try:
        return bool(build(T)(noise(4 * T, 2, C)).isfinite().all())
    except ValueError:
        return False

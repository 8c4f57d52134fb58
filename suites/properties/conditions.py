"""What parallel training with serial inference asks of a neuron.

Source: DSN (parallel training), section 3.2, Eq. 6-8; extrapolation is section 5.1.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from suites.properties.probe import C, Make, T, noise, same, see, threshold


@torch.no_grad()
def causality(make: Make) -> bool:
    """Another future leaves the potential and the output of the past as they were. Condition 1."""
    layer = make(T)
    x = threshold(layer, T) * (noise(T, 4, C) + 0.4)
    u, _, s = see(layer, x)
    for now in (1, T // 2, T - 1):
        other = see(layer, torch.cat([x[:now], -5 * x[now:]]))
        if not (same(other.u[:, :now], u[:, :now]) and same(other.s[:now], s[:now])):
            return False
    return True


@torch.no_grad()
def time_invariance(make: Make) -> bool:
    """The same inputs, later, give the same potentials, later: no parameter belongs to a step.

    The remark on condition 1. The neuron waits at rest, at zero input.
    """
    layer, wait = make(T), T // 4
    x = threshold(layer, T) * (noise(T - wait, 4, C) + 0.4)
    silence = torch.zeros_like(x[:wait])
    now, later = (see(layer, torch.cat(order)).u for order in ([x, silence], [silence, x]))
    return same(later[:, wait:], now[:, : T - wait])


@torch.no_grad()
def online(make: Make) -> bool:
    """The state is all that is needed of the past. Condition 2, online updatability.

    Steps in pieces, with the state carried between them, give what the whole sequence gives.
    """
    layer = make(T)
    if layer.neuron.step is None:
        return False
    x = threshold(layer, T) * (noise(T, 4, C) + 0.4)
    steps = make(T, stateful=True)
    return torch.equal(torch.cat([steps(piece) for piece in x.split(T // 4 + 3)]), layer(x))


@torch.no_grad()
def parallel(make: Make) -> bool:
    """All steps at once: the chain of operations hardly grows with T. Condition 3.

    Four times the steps take less than twice the operations; a loop takes four times as many.
    """
    counts = []
    for steps in (T, 4 * T):
        layer = make(steps)
        with _Calls() as calls:
            layer(noise(steps, 1, C))
        counts.append(calls.number)
    return counts[1] < 2 * counts[0]


class _Calls(TorchDispatchMode):
    """How many operations reach torch's dispatcher."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.number += 1
        return func(*args, **(kwargs or {}))


@torch.no_grad()
def extrapolation(make: Make) -> bool:
    """What was built for T steps runs over 4 T of them. DSN, section 5.1."""
    try:
        return bool(make(T)(noise(4 * T, 2, C)).isfinite().all())
    except ValueError:
        return False

"""k-step truncated BPTT, in the three readings of CLIF's section 4.1.

    "blocks"   no gradient through the state before steps k, 2k, ...: windows of k steps that do not
               overlap; the cheapest
    "lags"     the gradient of a spike at step t' reaches step t if t' - t < k: the first k terms of
               the sum in Eq. 12. Each step ends a window of its own: k times the work
    "first"    no gradient through the state before steps k, k+1, ...: only the first k steps are
               joined ("detaching all gradients from k+1 to T", Fig. 2)

Steps count from 0. With k = 1 and with k >= T the three agree. The spikes never change.

Source: CLIF (Huang et al. 2024), section 4.1, Eq. 12, Fig. 2 and 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from neurons.fire import Fire

READINGS = ("blocks", "lags", "first")
Window = tuple[int, int, int]  # first step, first step whose spikes are kept, end


def windows(T: int, k: int, reading: str) -> list[Window]:
    """Return the windows of a sequence of T steps, in the order of their ends."""
    if reading == "lags":
        return [(max(0, t - k + 1), t, t + 1) for t in range(T)]
    if reading == "first":
        return [(0, 0, min(k, T)), *((t, t, t + 1) for t in range(k, T))]
    return [(t, t, min(t + k, T)) for t in range(0, T, k)]


def run_truncated(
    run: Callable[[Tensor, Fire, Any], tuple[Tensor, Any]],
    x: Tensor,
    fire: Fire,
    state: Any,
    k: int,
    reading: str,
) -> tuple[Tensor, Any]:
    """Run `run(x, fire, state) -> (s, state)` over x, [T, N, *], window by window.

    Return the spikes, [T, N, *], and the last state. A window starts from a detached state.
    """
    rows, spikes, before = x.unbind(0), [], {0: _detached(state)}
    for start, first, end in windows(len(x), k, reading):
        s, state = run(torch.stack(rows[start:end]), fire.over(slice(start, end)), before[start])
        spikes.append(s[first - start :])
        before[end] = _detached(state)
        if reading != "lags" or end >= k:
            del before[start]
    return torch.cat(spikes), state


def _detached(state: Any) -> Any:
    """Return the state without the graph of the steps before."""
    return state and type(state)(*(v.detach() for v in state))

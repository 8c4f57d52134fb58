"""Chunks of steps side by side: how few neurons still fill a GPU.

Where a state is an affine function of the state before, h[t] = a[t] h[t-1] + b[t], and a and b
depend on the input alone, the state at the end of a chunk is affine in that at its start. Walking
all chunks at once from 0, and once more from each unit, tells both coefficients; then the few
chunk boundaries are walked one after the other, and at last all chunks at once from their true
states. A state that only delays the input is known anywhere. Autograd goes through all of it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from neurons.codegen.program import Program

Walk = Callable[[Tensor], tuple[Tensor, ...]]  # states [C, S, M] -> (s, states at the ends, ...)


def states(walk: Walk, program: Program, x: Tensor, state: Tensor, number: int) -> Tensor:
    """The state at the start of each chunk, [C, S, M], from that at the start of the first."""
    if number == 1:
        return state[None]
    ends = x.view(number, len(x) // number, -1)[:-1]  # of all chunks but the last
    carried = [row for row, delay in enumerate(program.delays) if not delay]
    still = [
        torch.cat([state[None, row], ends[:, -delay]]) if delay else x.new_zeros(number, len(x[0]))
        for row, delay in enumerate(program.delays)
    ]
    start = torch.stack(still, 1)
    b = walk(start)[1][:, carried]
    a = []  # a[j] is what a unit of carried state j becomes
    for row in carried:
        unit = torch.zeros_like(start)
        unit[:, row] = 1
        a.append(walk(start + unit)[1][:, carried] - b)
    h = [state[carried]]
    for c in range(number - 1):
        h.append(b[c] + sum(a[j][c] * h[c][j] for j in range(len(carried))))
    true = dict(zip(carried, torch.stack(h).unbind(1), strict=True))
    return torch.stack([true.get(row, v) for row, v in enumerate(still)], 1)

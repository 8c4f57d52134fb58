"""Chunks of steps that run in parallel, so that few neurons fill a GPU.

If the state is an affine function of the state before, h[t] = a[t] h[t-1] + b[t], with a and b
computed from the input alone, then the state at the end of a chunk is affine in the state at its
start. All chunks run at once from 0, which gives b of each chunk, and once from each unit vector,
which gives a. The states at the chunk boundaries follow one after the other, and then all chunks
run at once from their true first states. A row of the state that only delays the input is known
without that. Autograd differentiates all of it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from neurons.codegen.program import Program

# From the first states of all chunks, [C, rows, M], to (s, last states, ...).
RunChunks = Callable[[Tensor], tuple[Tensor, ...]]


def first_states(run: RunChunks, program: Program, x: Tensor, state: Tensor, count: int) -> Tensor:
    """Return the first state of each of `count` chunks, [C, rows, M], given that of the first.

    x is [T, M] and `state` is [rows, M].
    """
    if count == 1:
        return state[None]
    ends = x.view(count, len(x) // count, -1)[:-1]  # all chunks but the last
    computed = [row for row, delay in enumerate(program.delays) if not delay]
    rows = [
        torch.cat([state[None, row], ends[:, -delay]]) if delay else x.new_zeros(count, len(x[0]))
        for row, delay in enumerate(program.delays)
    ]
    zero = torch.stack(rows, 1)
    b = run(zero)[1][:, computed]
    a = []  # a[j] is the factor of computed row j, [C, computed rows, M]
    for row in computed:
        unit = torch.zeros_like(zero)
        unit[:, row] = 1
        a.append(run(zero + unit)[1][:, computed] - b)
    h = [state[computed]]
    for c in range(count - 1):
        h.append(b[c] + sum(a[j][c] * h[c][j] for j in range(len(computed))))
    true_rows = dict(zip(computed, torch.stack(h).unbind(1), strict=True))
    return torch.stack([true_rows.get(row, v) for row, v in enumerate(rows)], 1)

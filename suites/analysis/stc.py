"""The part of the potential's gradient that remains after T steps, with a temporal circuit.

Source: STC (Wang & Yu 2024), Eq. 15.
"""

from __future__ import annotations

import torch
from torch import Tensor


def memory(slope: Tensor, beta: Tensor, v_th: float = 1.0) -> Tensor:
    """Return dv[t+T] / dv[t] = prod_{i=1..T} (1 - v_th H'(m[t+i] - v_th)) (1 + beta[t+i]).

    slope = H' at the steps t+1 .. t+T and beta = tanh(W_gt s) of the same steps are [T, *]. Row i
    of the result, [T, *], is the value for i + 1 steps. The gates are constants, as in the paper:
    the result is the total derivative if they are detached. beta = -1/tau gives that of LIF.
    """
    return torch.cumprod((1 - v_th * slope) * (1 + beta), dim=0)

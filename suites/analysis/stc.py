"""How much of the potential's gradient survives in a neuron with a temporal circuit.

Source: STC (Wang & Yu 2024), Eq. 15.
"""

from __future__ import annotations

import torch
from torch import Tensor


def memory(slope: Tensor, beta: Tensor, v_th: float = 1.0) -> Tensor:
    """dv[t + T] / dv[t] = prod_{i=1..T} (1 - v_th H'(m[t+i] - v_th)) (1 + beta[t+i]) for every T.

    slope = H' at the steps t+1 .. t+T and beta = tanh(W_gt s) of the same steps are [T, *]; so is
    the result, whose row i belongs to T = i + 1. The gates count as constants, as in the paper:
    it is the whole derivative where they are detached. beta = -1/tau makes it LIF's.
    """
    return torch.cumprod((1 - v_th * slope) * (1 + beta), dim=0)

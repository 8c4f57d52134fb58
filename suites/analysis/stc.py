"""The gates of a layer's circuits, and what they leave of the potential's gradient after T steps.

Source: STC (Wang & Yu 2024), Eq. 9, 10 and 15.
"""

from __future__ import annotations

import torch
from torch import Tensor

import neurons


def gates(layer: neurons.Layer, s: Tensor) -> tuple[Tensor, Tensor]:
    """Return beta and gamma, [..., C], for the last spikes s, [..., C], without a gradient.

    The layer has both circuits, neurons of shape (C,) and no GroupNorm.
    """
    p = layer.params
    weights = (torch.block_diag(*w.unflatten(0, (-1, w.shape[1]))) for w in (p.temporal, p.spatial))
    beta, gamma = (torch.tanh(s @ weight.T).detach() for weight in weights)
    return beta, gamma


def memory(slope: Tensor, beta: Tensor, v_th: float = 1.0) -> Tensor:
    """Return dv[t+T] / dv[t] = prod_{i=1..T} (1 - v_th H'(m[t+i] - v_th)) (1 + beta[t+i]).

    slope = H' at the steps t+1 .. t+T and beta = tanh(W_gt s) of the same steps are [T, *]. Row i
    of the result, [T, *], is the value for i + 1 steps. The gates are constants, as in the paper:
    the result is the total derivative if they are detached. beta = -1/tau gives that of LIF.
    """
    return torch.cumprod((1 - v_th * slope) * (1 + beta), dim=0)

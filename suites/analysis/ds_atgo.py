"""The share of neurons that fire at an adaptive threshold, and the share that get a gradient.

Source: DS-ATGO, Theorem 1, Eq. 5 and 7, Fig. 5 and 11.
"""

from __future__ import annotations

import math

from torch import Tensor

FIRING = 0.5 * math.erfc(1 / math.sqrt(2))  # 1 - Phi(1), Theorem 1, for any mean and std


def above(h: Tensor) -> Tensor:
    """Return the share of potentials h ([T, N, *]) above mu + sigma in each step, [T].

    It is `FIRING` for normal potentials. mu and the unbiased sigma are those of the step, as in
    the neuron.
    """
    h = h.flatten(1)
    threshold = h.mean(1, keepdim=True) + h.std(1, keepdim=True)
    return (h > threshold).to(h.dtype).mean(1)


def in_window(u: Tensor, width: Tensor | float) -> Tensor:
    """Return the share of potentials with a gradient, |u| <= width / 2, in each step, [T].

    The window is closed, as in Eq. 4 and in the neuron. u is the potential minus the threshold,
    [T, N, *]; the width is a number or [T]. Fig. 11.
    """
    half = width.view(-1, 1) / 2 if isinstance(width, Tensor) else width / 2
    return (u.flatten(1).abs() <= half).to(u.dtype).mean(1)


def normal_in_window(mean: float, std: float, threshold: float, width: float) -> float:
    """Return the share for normal potentials: Phi(right edge) - Phi(left edge). Fig. 5.

    The window is threshold - width/2 .. threshold + width/2.
    """

    def phi(edge: float) -> float:
        return 0.5 * math.erfc(-(edge - mean) / (std * math.sqrt(2)))

    return phi(threshold + width / 2) - phi(threshold - width / 2)

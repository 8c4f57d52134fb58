"""How many neurons an adaptive threshold lets fire, and how many get a gradient.

Source: DS-ATGO, Theorem 1, Eq. 5 and 7, Fig. 5 and 11.
"""

from __future__ import annotations

import math

from torch import Tensor

FIRING = 0.5 * math.erfc(1 / math.sqrt(2))  # 1 - Phi(1): Theorem 1's share for any mean and std


def above(h: Tensor) -> Tensor:
    """P(U > mu + sigma) of each step's potentials h [T, N, *], [T]; for normal ones `FIRING`.

    sigma is unbiased, over the whole step, as in the neuron.
    """
    h = h.flatten(1)
    threshold = h.mean(1, keepdim=True) + h.std(1, keepdim=True)
    return (h > threshold).to(h.dtype).mean(1)


def in_window(u: Tensor, width: Tensor | float) -> Tensor:
    """The share of potentials that have a gradient, |u| < width / 2, of each step, [T].

    u is the distance to the threshold, [T, N, *]; the width is one number or [T]. Fig. 11.
    """
    half = width.view(-1, 1) / 2 if isinstance(width, Tensor) else width / 2
    return (u.flatten(1).abs() < half).to(u.dtype).mean(1)


def normal_in_window(mean: float, std: float, threshold: float, width: float) -> float:
    """The same for normal potentials: Phi of the window's right edge minus Phi of its left. Fig. 5.

    The window is threshold - width/2 .. threshold + width/2.
    """

    def phi(edge: float) -> float:
        return 0.5 * math.erfc(-(edge - mean) / (std * math.sqrt(2)))

    return phi(threshold + width / 2) - phi(threshold - width / 2)

"""Parallel spiking neuron: every step depends on the whole sequence, no reset.

    H = W X + b,     S = Theta(H),     W [T, T], b [T], X [T, N * ...]

The threshold is -b and starts at 1. W fixes T, and a step depends on later inputs: the neuron has
no `step`. Cost is quadratic in T.

Source: Fang et al., NeurIPS 2023, Eq. 8-9; DSN Table 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, Neuron
from neurons.fire import Fire


class Params(NamedTuple):
    weight: Tensor  # W, learnable, [T, T]
    bias: Tensor  # b, learnable, [T]: minus the threshold


def init(generator: torch.Generator | None, *, T: int) -> Params:
    """Draw W uniform in +-1/sqrt(T), as a torch Linear does; b = -1."""
    bound = T**-0.5
    weight = torch.empty(T, T).uniform_(-bound, bound, generator=generator)
    return Params(weight, bias=torch.full((T,), -1.0))


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    T = len(p.bias)
    if len(x) != T:
        raise ValueError(
            f"psn was built for T={T} and got T={len(x)}; build another with T={len(x)}"
        )
    return fire(torch.addmm(p.bias[:, None], p.weight, x.flatten(1)).view(x.shape))


NEURON = Neuron(
    Params,
    sequence=sequence,
    init=init,
    learnable=("weight", "bias"),
    bounds={"T": COUNT},
    reset="none",
    resets=("none",),
)

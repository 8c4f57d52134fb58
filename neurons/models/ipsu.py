"""Input-aware parallel spiking unit: the charge is learned, the reset computed from the input.

    H = tril(W) X + b + B X               W [T, T], b [T], B [T, T], X [T, N * ...]
    S = 1 where H > v_th, else 0
    B[i, j] = -d^(i-j) for j < i, else 0,     d = 1 - 1/tau

B is the reset matrix of the parallel spiking unit, psu. H is linear in X: the authors' code has no
sigmoid here, although DSN's Table 1 lists the neuron as nonlinear. Cost is quadratic in T, and W
fixes T: there is no `step`.

Source: Li et al., IJCNN 2024; the authors' code (BrainCog, class IPSU), which calls B m2 and
trains the surrogate's alpha as well.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire
from neurons.scan import across_time, decays


class Params(NamedTuple):
    weight: Tensor  # W, learnable, [T, T]
    bias: Tensor  # b, learnable, [T]
    m2: Tensor  # B, reset, [T, T]
    v_th: float = 0.5  # v_th, threshold


def init(
    generator: torch.Generator | None, *, T: int, tau: float = 2.0, v_th: float = 0.5
) -> Params:
    """Draw W and b uniform in +-1/sqrt(T), as a torch Linear does."""
    bound = T**-0.5
    weight = torch.empty(T, T).uniform_(-bound, bound, generator=generator)
    bias = torch.empty(T).uniform_(-bound, bound, generator=generator)
    return Params(weight, bias, m2=-decays(1 - 1 / tau, T).tril(-1), v_th=v_th)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    h = across_time(p.weight.tril() + p.m2, x, p.bias)
    return fire(h - p.v_th)


NEURON = Neuron(
    Params,
    sequence=sequence,
    init=init,
    learnable=("weight", "bias"),
    bounds={"T": COUNT, "tau": TIME_CONSTANT, "v_th": THRESHOLD},
    reset="none",
    resets=("none",),
    strict=True,
)

"""Reset-aware parallel spiking unit: leaky integration, and a learned estimate of the reset.

    D = sigmoid(tril(W) X + b)            probability of a spike; W [T, T], b [T], X [T, N * ...]
    H = A X + B D                         A [T, T], B [T, T]
    S = 1 where H > v_th, else 0
    A[i, j] = d^(i-j) / tau for j <= i,     B[i, j] = -d^(i-j) for j < i,     d = 1 - 1/tau

A and B are those of the parallel spiking unit, psu; unlike there, B D has no factor v_th. Cost is
quadratic in T, and W fixes T: there is no `step`.

Source: Li et al., IJCNN 2024; the authors' code (BrainCog, class RPSU), which calls A and B m1
and m2 and trains the surrogate's alpha as well.
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
    m1: Tensor  # A, charging, [T, T]
    m2: Tensor  # B, reset, [T, T]
    v_th: float = 0.5  # v_th, threshold


def init(
    generator: torch.Generator | None, *, T: int, tau: float = 2.0, v_th: float = 0.5
) -> Params:
    """Draw W and b uniform in +-1/sqrt(T), as a torch Linear does."""
    bound = T**-0.5
    weight = torch.empty(T, T).uniform_(-bound, bound, generator=generator)
    bias = torch.empty(T).uniform_(-bound, bound, generator=generator)
    leak = decays(1 - 1 / tau, T)
    return Params(weight, bias, m1=leak / tau, m2=-leak.tril(-1), v_th=v_th)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    probability = torch.sigmoid(across_time(p.weight.tril(), x, p.bias))
    h = across_time(p.m1, x) + across_time(p.m2, probability)
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

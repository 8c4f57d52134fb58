"""Parallel spiking unit: leaky integration whose reset is estimated from spike probabilities.

    D = sigmoid(A X)                      probability of a spike without reset
    H = A X + v_th B D                    A [T, T], B [T, T], X [T, N * ...]
    S = 1 where H > v_th, else 0
    A[i, j] = d^(i-j) / tau for j <= i,     B[i, j] = -d^(i-j) for j < i,     d = 1 - 1/tau

H - A X is a soft reset by v_th, with the probability D instead of the spike. Nothing is learned
(the authors' code trains the surrogate's alpha). Cost is quadratic in T, and the matrices fix T:
there is no `step`.

Source: Li et al., IJCNN 2024; the authors' code (BrainCog, class PSU), which calls A and B m1 and
m2 and leaves out the function that makes them: here they are those of BrainCog's LIF. Its
tau = 2 and v_th = 1/2 are the defaults.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, POSITIVE, TIME_CONSTANT, Neuron
from neurons.fire import Fire
from neurons.scan import across_time, decays


class Params(NamedTuple):
    m1: Tensor  # A, charging, [T, T]
    m2: Tensor  # B, reset, [T, T]
    v_th: float = 0.5  # v_th, threshold


def init(
    generator: torch.Generator | None, *, T: int, tau: float = 2.0, v_th: float = 0.5
) -> Params:
    leak = decays(1 - 1 / tau, T)
    return Params(m1=leak / tau, m2=-leak.tril(-1), v_th=v_th)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    charged = across_time(p.m1, x)
    h = charged + p.v_th * across_time(p.m2, torch.sigmoid(charged))
    return fire(h - p.v_th)


NEURON = Neuron(
    Params,
    sequence=sequence,
    init=init,
    bounds={"T": COUNT, "tau": TIME_CONSTANT, "v_th": POSITIVE},
    reset="none",
    resets=("none",),
    strict=True,
)

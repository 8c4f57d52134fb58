"""Sliding parallel spiking neuron: one causal filter of k taps over time for all neurons.

    h[t] = sum_i w[i] x[t - k + 1 + i] + b,     s[t] = Theta(h[t]),     i = 0 .. k-1

w[k-1] multiplies the present input; inputs before the first step are zero; there is no reset.
b is added and starts at -1, so it is minus the threshold (the authors' code also adds it, although
it calls it "threshold"). w starts at 2^(i-k+1), as in SpikingJelly.

Generated kernels, and their compilation, get slower with each tap: beyond 32 taps backend="auto"
is "eager", which multiplies matrices.

Source: Fang et al., NeurIPS 2023, Eq. 12-13.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, Neuron
from neurons.fire import Fire
from neurons.scan import across_taps


class State(NamedTuple):
    past: Tensor  # x[t-k+1 .. t-1], [k-1, N, *]


class Params(NamedTuple):
    weight: Tensor  # w, learnable, [k]
    bias: Tensor  # b, learnable, []: minus the threshold


def init(generator: torch.Generator | None, *, k: int = 4) -> Params:
    return Params(weight=2.0 ** torch.arange(1 - k, 1), bias=torch.tensor(-1.0))


def start(x: Tensor, p: Params) -> State:
    return State(past=x.new_zeros(len(p.weight) - 1, *x.shape))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    window = torch.cat([state.past, x[None]])
    h = torch.tensordot(p.weight, window, dims=1) + p.bias
    return fire(h), State(past=window[1:])


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    return fire(across_taps(p.weight, x, p.bias))


NEURON = Neuron(
    Params,
    State,
    step,
    sequence,
    init,
    start,
    learnable=("weight", "bias"),
    bounds={"k": COUNT},
    reset="none",
    resets=("none",),
    torch_above={"k": 32},
)

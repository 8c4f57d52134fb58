"""Sliding parallel spiking neuron: a causal filter of k taps over time, the same for all neurons.

    h[t] = sum_i w[i] x[t - k + 1 + i] + b,     s[t] = Theta(h[t]),     i = 0 .. k-1

w[k-1] multiplies the present input; inputs before the first step are zero; there is no reset.
b is added and starts at -1, so it is minus the threshold (the authors' code calls it
"threshold" and adds it all the same). w starts at 2^(i-k+1), as in SpikingJelly.

Source: Fang et al., NeurIPS 2023, Eq. 12-13.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from neurons.contract import COUNT, Neuron
from neurons.fire import Fire


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
    """The filter as a banded matrix over blocks of L >= k steps, each fed by itself and the last.

    A T x T matrix would be quadratic in T, and a sum of k shifted copies moves k times the
    memory. Row i of the band, [L, 2 L], is w shifted by i: w[k-1] meets column L + i.
    """
    T, k = len(x), len(p.weight)
    L = min(max(k, 32), T)
    band = pad(p.weight, (2 * L - k, L - 1)).unfold(0, 2 * L, 1).flip(0)
    padded = pad(x.flatten(1), (0, 0, L, -T % L))
    blocks = padded.view(len(padded) // L, L, padded.shape[1])
    h = band[:, :L] @ blocks[:-1] + band[:, L:] @ blocks[1:]
    return fire((h.flatten(0, 1)[:T] + p.bias).view(x.shape))


NEURON = Neuron(
    Params,
    State,
    step,
    sequence,
    init,
    start,
    learnable=("weight", "bias"),
    limits={"k": COUNT},
    reset="none",
)

"""Learnable multi-hierarchical LIF with circuits: the last spikes gate its soma and its input.

    beta[t] = tanh(W_gt s[t-1]),     gamma[t] = tanh(W_gs s[t-1])    circuits, Eq. 26-27
    v_D[t] = mu_D v_D[t-1] + mu_S v_S[t-1] + x[t] (1 + gamma[t])     dendrite, Eq. 28
    m[t] = lambda_S v_S[t-1] (1 + beta[t]) + lambda_D v_D[t]         soma, Eq. 29
    s[t] = Theta(m[t] - v_th)                                        fire, Eq. 30
    v_S[t] = m[t] - v_th s[t]                                        Eq. 31

with mu = sigmoid(w) - 1/2 and lambda = sigmoid(w) + 1/2; all w start at 0. The gradient
flows through the reset, as appendix C says; the authors' code cuts it (`detach_reset=True`).

W is a convolution; `neurons/circuits.py` explains the options `circuit`, `groups`, `kernel`,
`norm`, `kept` and `detach_gates`.

Source: STC (Wang & Yu 2024), appendix C, Eq. 25-31.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.circuits import BOUNDS, COUPLINGS, couplings, draw, gates
from neurons.contract import Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v_dend: Tensor  # v_D, dendrite
    v: Tensor  # v_S, soma after the reset
    s: Tensor  # s, the last spikes


class Params(NamedTuple):
    temporal: Tensor | None  # W_gt, learnable, [C, C/groups, kernel..]; "self": [C, *]
    spatial: Tensor | None  # W_gs, learnable, of the same shape
    mu_d: Tensor  # learnable, []: mu_D = sigmoid(mu_d) - 1/2, dendrite to itself
    mu_s: Tensor  # learnable, []: mu_S = sigmoid(mu_s) - 1/2, soma to dendrite
    lambda_s: Tensor  # learnable, []: lambda_S = sigmoid(lambda_s) + 1/2, soma to itself
    lambda_d: Tensor  # learnable, []: lambda_D = sigmoid(lambda_d) + 1/2, dendrite to soma
    gain: Tensor | None = None  # GroupNorm's gains, learnable, a row per circuit, [2, C]
    shift: Tensor | None = None  # GroupNorm's shifts, learnable, [2, C]; "self": biases, [2, C, *]
    groups: int = 16  # most groups of convolution and GroupNorm
    eps: float = 1e-5  # epsilon of the GroupNorm
    circuit: str = "group"  # "self", "group" or "global"
    detach_gates: bool = False  # no gradient through the gating spikes
    v_th: float = 1.0  # v_th, threshold


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    circuit: str = "group",
    groups: int = 16,
    kernel: int = 5,
    norm: bool = False,
    kept: str = "both",
    **fixed: Any,
) -> Params:
    drawn = draw(generator, shape, circuit, groups, kernel, norm, kept)
    drawn |= {name: torch.tensor(0.0) for name in COUPLINGS}
    return Params(**drawn, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(*(torch.zeros_like(x) for _ in State._fields))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    beta, gamma = gates(state.s, p)
    mu_d, mu_s, lambda_s, lambda_d = couplings(p)
    v_dend = mu_d * state.v_dend + mu_s * state.v + x * (1 + gamma)
    m = lambda_s * state.v * (1 + beta) + lambda_d * v_dend
    s = fire(m - p.v_th)
    return s, State(v_dend, v=fire.reset(m, s, p.v_th), s=s)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("temporal", "spatial", "gain", "shift", *COUPLINGS),
    bounds=BOUNDS,
    surrogate="sigmoid",
    reset="soft",
)

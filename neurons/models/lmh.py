"""Learnable multi-hierarchical LIF: a dendrite and a soma with four learned couplings.

    v_D[t] = mu_D v_D[t-1] + mu_S v_S[t-1] + x[t]                    dendrite
    m[t] = lambda_S v_S[t-1] + lambda_D v_D[t]                       soma
    s[t] = Theta(m[t] - v_th)                                        fire
    v_S[t] = m[t] - v_th s[t]

with mu = sigmoid(w) - 1/2 and lambda = sigmoid(w) + 1/2; all w start at 0, where the neuron
is IF. The output is v_th s[t], or with `scaled=False` the spike s[t], as in STC's cell. The
authors' code starts v_S at v_th/2 (`v_start=0.5`) and keeps the reset out of the gradient
(`detach_reset=True`).

Source: Hao et al., ICLR 2024 (LM-H); STC Eq. 28-31 without the circuits.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.circuits import COUPLINGS, couplings
from neurons.contract import FINITE, POSITIVE, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v_dend: Tensor  # v_D, dendrite
    v_soma: Tensor  # v_S, soma after the reset


class Params(NamedTuple):
    mu_d: Tensor  # learnable, []: mu_D = sigmoid(mu_d) - 1/2, dendrite to itself
    mu_s: Tensor  # learnable, []: mu_S = sigmoid(mu_s) - 1/2, soma to dendrite
    lambda_s: Tensor  # learnable, []: lambda_S = sigmoid(lambda_s) + 1/2, soma to itself
    lambda_d: Tensor  # learnable, []: lambda_D = sigmoid(lambda_d) + 1/2, dendrite to soma
    v_th: float = 1.0  # v_th, threshold
    v_start: float = 0.0  # v_S before the first step [v_th]
    scaled: bool = True  # put out v_th s instead of s


def init(generator: torch.Generator | None, **fixed: Any) -> Params:
    mu_d, mu_s, lambda_s, lambda_d = (torch.tensor(0.0) for _ in COUPLINGS)
    return Params(mu_d, mu_s, lambda_s, lambda_d, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(v_dend=torch.zeros_like(x), v_soma=torch.full_like(x, p.v_start * p.v_th))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    mu_d, mu_s, lambda_s, lambda_d = couplings(p)
    v_dend = mu_d * state.v_dend + mu_s * state.v_soma + x
    m = lambda_s * state.v_soma + lambda_d * v_dend
    s = fire(m - p.v_th)
    return s * p.v_th if p.scaled else s, State(v_dend, v_soma=fire.reset(m, s, p.v_th))


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=COUPLINGS,
    bounds={"v_th": POSITIVE, "v_start": FINITE},
    surrogate="triangle",
    reset="soft",
)

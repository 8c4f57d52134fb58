"""LIF whose surrogate is as wide as its potential is spread, judged by the normalisation's gain.

    h[t] = tau v[t-1] + x[t],     v[t] = h[t] (1 - s[t])
    s[t] = Theta(h[t] - v_th)
    width[0] = 2 gamma v_th,     width[t] = 2 sqrt(1 + tau^2) gamma v_th

tau = sigmoid(w) is the factor that is kept per step, learned from 0.2, or fixed with
`learn=False`. An input normalised to the deviation gamma v_th makes potentials of these
deviations: gamma is the mean gain of the normalisation in front (tdBN), given as a number or as
a tensor to keep up to date (`layer.gamma`). The width has no gradient. `adaptive=False` keeps the
surrogate's own width, as the authors' code does without a normalisation; so does a surrogate
without a width.

Source: Jiang et al., IJCAI 2025 (MPD-AGL), Theorem 2; the authors' code.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    spread: Tensor  # deviation of the potential over that of the input, []


class Params(NamedTuple):
    w: Tensor | None = None  # w, learnable, []: tau = sigmoid(w), the factor kept per step
    tau: float = 0.2  # tau where it is not learnable
    gamma: float | Tensor = 1.0  # gamma, mean gain of the normalisation in front
    v_th: float = 0.5  # v_th, threshold
    adaptive: bool = True  # make the surrogate as wide as the potential is spread


def init(
    generator: torch.Generator | None, *, tau: float = 0.2, learn: bool = True, **fixed: Any
) -> Params:
    return Params(torch.tensor(math.log(tau / (1 - tau))) if learn else None, tau, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), spread=x.new_ones(()))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    tau = x.new_full((), p.tau) if p.w is None else torch.sigmoid(p.w)
    h = tau * state.v + x
    if p.adaptive and "width" in dict(fire.surrogate.arguments):
        s = fire(h - p.v_th, width=2 * state.spread * p.gamma * p.v_th)
    else:
        s = fire(h - p.v_th)
    spread = torch.sqrt(1 + tau.detach() ** 2)
    return s, State(v=fire.reset(h, s, p.v_th), spread=spread)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("w",),
    bounds={"tau": (0.0, 1.0), "gamma": (0.0, math.inf), "v_th": (0.0, math.inf)},
    surrogate="rect",
)

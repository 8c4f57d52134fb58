"""LIF whose surrogate gets its width from the expected spread of the potential (MPD-AGL).

    h[t] = tau v[t-1] + x[t],     v[t] = h[t] (1 - s[t])
    s[t] = Theta(h[t] - v_th)
    width[0] = 2 gamma v_th,     width[t] = 2 sqrt(1 + tau^2) gamma v_th

tau = sigmoid(w) is the decay factor per step; it is learned and starts at 0.2, or it is fixed
(`learn=False`). If the input has the standard deviation gamma v_th, width[t] is twice that of the
potential. gamma is the mean gain of the normalisation before the layer (tdBN), a number or a tensor
that you update (`layer.gamma`). The width has no gradient. `adaptive=False` keeps the surrogate's
given width, as does the authors' code without a normalisation. A surrogate without a width is not
changed.

Source: Jiang et al., IJCAI 2025 (MPD-AGL), Theorem 2; the authors' code.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import FRACTION, POSITIVE, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    spread: Tensor  # std of the potential over that of the input, []


class Params(NamedTuple):
    w: Tensor | None = None  # w, learnable, []: tau = sigmoid(w), the decay factor per step
    tau: float = 0.2  # tau if it is not learned
    gamma: float | Tensor = 1.0  # gamma, mean gain of the normalisation before
    v_th: float = 0.5  # v_th, threshold
    adaptive: bool = True  # set the surrogate's width by the spread


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
    bounds={"tau": FRACTION, "gamma": POSITIVE, "v_th": POSITIVE},
    surrogate="rect",
    width=1.0,
)

"""LIF whose threshold follows the potential's distribution, step by step (DS-ATGO).

    h[t] = tau v[t-1] + x[t],     v[t] = h[t] (1 - s[t])                         Eq. 2
    s[t] = Theta(h[t] - theta[t])                                                Eq. 3
    theta[t] = f_c (mean(h[t]) + std(h[t]))        `threshold="true"`            Eq. 5
    theta[t] = f_c sqrt(1 + tau^2) v_th            `threshold="estimated"`
    running[t] = m theta[t] + (1 - m) running[t]                                 Eq. 6
    width[t] = (1 + tanh(theta[t] - v_th)) width                                 Eq. 7

Mean and std (unbiased) are over the whole step, batch and neurons. A layer in training mode
fires at theta and keeps `running`, one value per step, in a saved buffer; in evaluation it fires
at `running`. It has T values, by the option or the first input; all later steps share the last.
Threshold and width have no gradient. tau = sigmoid(w) is the factor that is kept per step,
learned from 0.2, or fixed with `learn=False`. A surrogate without a width keeps its shape.

The authors' code puts std(h[t]) for theta[t] in Eq. 7 (`width="std"`, in training mode), has f_c
fixed to 1, and does not save the running threshold.

Source: DS-ATGO, Eq. 2-7 and Algorithm 1.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    running: Tensor  # running threshold of each step, [T]
    t: Tensor  # t, steps done, []


class Params(NamedTuple):
    running: Tensor  # running threshold of each step, [T]
    w: Tensor | None = None  # w, learnable, []: tau = sigmoid(w), the factor kept per step
    tau: float = 0.2  # tau where it is not learnable
    v_th: float = 1.0  # v_th, threshold at first, at which the surrogate has its own width
    f_c: float = 1.0  # f_c, firing control factor
    momentum: float = 0.1  # m, share of this batch in the running threshold
    threshold: str = "true"  # "true" or "estimated" distribution of the potential
    width: str = "threshold"  # what the width follows: "threshold" (Eq. 7) or "std" (code)
    training: bool = False  # adapt to this batch, or fire at the running threshold


def init(
    generator: torch.Generator | None,
    *,
    T: int,
    tau: float = 0.2,
    v_th: float = 1.0,
    learn: bool = True,
    **fixed: Any,
) -> Params:
    w = torch.tensor(math.log(tau / (1 - tau))) if learn else None
    return Params(torch.full((T,), float(v_th)), w, tau, v_th, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), running=p.running.clone(), t=x.new_zeros(()))


def adapt(h: Tensor, tau: Tensor, p: Params) -> tuple[Tensor, Tensor]:
    """This step's threshold, and what the width follows."""
    if h.numel() == 1:
        raise ValueError("atlif needs more than one neuron to adapt to; call eval()")
    std = h.std()
    threshold = p.f_c * (h.mean() + std)
    if p.threshold == "estimated":
        threshold = p.f_c * torch.sqrt(1 + tau**2) * p.v_th
    return threshold, std if p.width == "std" else threshold


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    tau = x.new_full((), p.tau) if p.w is None else torch.sigmoid(p.w)
    h = tau * state.v + x
    running, now = state.running, state.t.long().clamp(max=len(state.running) - 1).view(1)
    kept = running.index_select(0, now)
    if p.training:
        threshold, scale = adapt(h.detach(), tau.detach(), p)
        running = running.index_copy(0, now, p.momentum * threshold + (1 - p.momentum) * kept)
    else:
        threshold = scale = kept.view(())
    width = dict(fire.surrogate.arguments).get("width")
    if width is None:
        s = fire(h - threshold)
    else:
        s = fire(h - threshold, width=width * (1 + torch.tanh(scale - p.v_th)))
    return s, State(fire.reset(h, s, threshold), running, state.t + 1)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("w",),
    bounds={
        "T": COUNT,
        "tau": (0.0, 1.0),
        "f_c": (0.0, math.inf),
        "threshold": ("true", "estimated"),
        "width": ("threshold", "std"),
    },
    surrogate="rect",
    running=("running",),
)

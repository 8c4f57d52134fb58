"""LIF whose threshold adapts to the mean and spread of the potential at each step (DS-ATGO).

    h[t] = tau v[t-1] + x[t],     v[t] = h[t] (1 - s[t])                         Eq. 2
    s[t] = Theta(h[t] - theta[t])                                                Eq. 3
    theta[t] = f_c (mean(h[t]) + std(h[t]))        `threshold="true"`            Eq. 5
    theta[t] = f_c sqrt(1 + tau^2) v_th            `threshold="estimated"`
    running[t] = m theta[t] + (1 - m) running[t]                                 Eq. 6
    width[t] = (1 + tanh(theta[t] - v_th)) width                                 Eq. 7

The ablations of the paper: `threshold="fixed"` fires at v_th and still sets the width by Eq. 5 and
Eq. 7 (TGO alone); `width="fixed"` keeps the surrogate's width (AT alone); with both, the model is
lif(tau=1.25), and f_c and momentum have nothing to set. `average=False` leaves out Eq. 6: theta is
that of the batch in evaluation too (Fig. 7, 13).

Mean and std (unbiased) are over the batch and the neurons of one step. A layer in training mode
fires at theta and averages it in the buffer `running`, which is saved; in evaluation it fires at
`running`. There is one value for each of T steps, with T from the option or the first input; later
steps use the last one. Threshold and width have no gradient. tau = sigmoid(w) is the decay factor
per step; it is learned and starts at 0.2, or it is fixed (`learn=False`). A surrogate without a
width is not changed.

The authors' code has std(h[t]) instead of theta[t] in Eq. 7 (`width="std"`, in training mode),
fixes f_c to 1, and does not save the running threshold.

Source: DS-ATGO, Eq. 2-7 and Algorithm 1.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, FRACTION, POSITIVE, Interval, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset
    running: Tensor  # running threshold of each step, [T]
    t: Tensor  # t, steps done, []


class Params(NamedTuple):
    running: Tensor  # running threshold of each step, [T]
    w: Tensor | None = None  # w, learnable, []: tau = sigmoid(w), the decay factor per step
    tau: float = 0.2  # tau if it is not learned
    v_th: float = 1.0  # v_th, first threshold, at which the surrogate has its given width
    f_c: float = 1.0  # f_c, firing control factor
    momentum: float = 0.1  # m, weight of this batch in the running threshold
    threshold: str = "true"  # from the "true" or the "estimated" spread of the potential; "fixed"
    width: str = "threshold"  # set by the "threshold" (Eq. 7), by "std" (code), or "fixed"
    average: bool = True  # fire at the running threshold in evaluation
    training: bool = False  # fire at this batch's threshold, else at the running one


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
    """Return theta of this step, and the value that sets the width."""
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
    theta = scale = running.index_select(0, now).view(())
    adapts = p.threshold != "fixed" or p.width != "fixed"
    if adapts and (p.training or not p.average):
        average = theta
        theta, scale = adapt(h.detach(), tau.detach(), p)
        if p.training and p.average:
            after = p.momentum * theta + (1 - p.momentum) * average
            running = running.index_copy(0, now, after.view(1))
    threshold = p.v_th if p.threshold == "fixed" else theta
    arguments = dict(fire.surrogate.arguments)
    if p.width == "fixed" or "width" not in arguments:
        s = fire(h - threshold)
    else:
        width = 1.0 if arguments["width"] is None else arguments["width"]
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
        "tau": FRACTION,
        "v_th": POSITIVE,
        "f_c": POSITIVE,
        "momentum": Interval(0.0, 1.0, "high"),
        "threshold": ("true", "estimated", "fixed"),
        "width": ("threshold", "std", "fixed"),
    },
    surrogate="rect",
    width=1.0,
    running=("running",),
)

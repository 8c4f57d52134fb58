"""Gated LIF: learned gates mix two kinds each of leak, charge and reset.

    u[t] = (1 - alpha (1 - tau)) (1 - gamma s[t-1]) u[t-1] - (1 - alpha) leak      leak
           + (1 - beta (1 - g[t])) x[t] - (1 - gamma) v_sub s[t-1]                 charge, reset
    s[t] = Theta(u[t] - v_th), strictly: u > v_th                                  fire

alpha mixes linear and exponential leak, beta the bare input and the input times the conductance
g[t] of the step, gamma soft and hard reset. u and s start at 0. There are T conductances (default
4); later steps use the last one. Every parameter is the sigmoid of a learned raw value, one per
channel or one per layer (`per="layer"`). The option `gates`:

    "soft"    sigmoid(raw)
    "hard"    1 where sigmoid(raw) > 1/2, else 0; the gradient is that of the sigmoid
    "fused"   no gates (GLIF_f): both leaks, the conductance and both resets at once

`train_gates=False` detaches the gates. They start at 0.55, 0.65 and 0.55 as in the authors' code;
its layer-wise class has the wrong sign (0.45, 0.35, 0.45). Its backward crashes as released.
SpikingJelly's GatedLIFNode fires at u >= v_th: `strict=False`.

Layout: [T, N, C, *]; parameters [C] or [], conduct [T, C] or [T].
Source: Yao et al., NeurIPS 2022 (GLIF), and the authors' code, Gated-LIF.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, FRACTION, Neuron, per_channel
from neurons.fire import Fire


class State(NamedTuple):
    u: Tensor  # u, potential before reset
    s: Tensor  # s, spikes
    t: Tensor  # t, number of the coming step, []


class Params(NamedTuple):
    alpha: Tensor | None  # raw alpha, learnable, [C]: 0 linear leak, 1 exponential
    beta: Tensor | None  # raw beta, learnable, [C]: 0 bare input, 1 conductance
    gamma: Tensor | None  # raw gamma, learnable, [C]: 0 soft reset, 1 hard
    tau: Tensor  # raw tau, learnable, [C]: factor of the exponential leak
    threshold: Tensor  # raw v_th, learnable, [C]
    leak: Tensor  # raw leak, learnable, [C]: loss per step of the linear leak
    subreset: Tensor  # raw v_sub, learnable, [C]: what the soft reset subtracts
    conduct: Tensor  # raw g, learnable, [T, C]: conductance of each step
    gates: str = "soft"  # "soft", "hard" or "fused"
    train_gates: bool = True  # whether the gates have a gradient


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    T: int = 4,
    tau: float = 0.25,
    v_th: float = 0.5,
    conduct: float = 0.5,
    gates: str = "soft",
    train_gates: bool = True,
    per: str = "channel",
) -> Params:
    """Options are values after the sigmoid; v_sub starts at v_th, the leak at v_th / (2 T)."""
    size = shape[:1] if per == "channel" else ()

    def raw(value: float, *more: int) -> Tensor:
        return torch.full((*more, *size), value).logit()

    alpha, beta, gamma = (None if gates == "fused" else raw(g) for g in (0.55, 0.65, 0.55))
    leak, g = raw(v_th / (2 * T)), raw(conduct, T)
    return Params(alpha, beta, gamma, raw(tau), raw(v_th), leak, raw(v_th), g, gates, train_gates)


def start(x: Tensor, p: Params) -> State:
    if p.tau.ndim and len(p.tau) != x.shape[1]:
        raise ValueError(f"glif has {len(p.tau)} channels and got {x.shape[1]}")
    return State(u=torch.zeros_like(x), s=torch.zeros_like(x), t=x.new_zeros(()))


def gate(raw: Tensor | None, p: Params) -> Tensor:
    g = torch.ones_like(p.tau) if raw is None else torch.sigmoid(raw)
    if p.gates == "hard":
        g = (g > 0.5).to(g.dtype) + (g - g.detach())
    return g if p.train_gates else g.detach()


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    now = state.t.clamp_max(len(p.conduct) - 1).long()
    g = torch.sigmoid(p.conduct.index_select(0, now[None]))
    alpha, beta, gamma = (gate(raw, p) for raw in (p.alpha, p.beta, p.gamma))
    tau, v_th, leak, v_sub = map(torch.sigmoid, (p.tau, p.threshold, p.leak, p.subreset))
    if p.gates != "fused":
        leak, v_sub = (1 - alpha) * leak, (1 - gamma) * v_sub
    factors = 1 - alpha * (1 - tau), leak, 1 - beta * (1 - g), gamma, v_sub, v_th
    keep, loss, take, cut, drop, v_th = (per_channel(w, x.ndim - 2) for w in factors)
    s = state.s.detach() if fire.detach_reset else state.s
    u = keep * (1 - cut * s) * state.u - loss + take * x - drop * s
    s = fire(u - v_th)
    return s, State(u, s, t=state.t + 1)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("alpha", "beta", "gamma", "tau", "threshold", "leak", "subreset", "conduct"),
    bounds=dict.fromkeys(("tau", "v_th", "conduct"), FRACTION)
    | {"T": COUNT, "gates": ("fused", "hard", "soft"), "per": ("channel", "layer")},
    surrogate="rect",
    reset="none",
    resets=("none",),
    strict=True,
    width=1.0,
    tables=("conduct",),
)

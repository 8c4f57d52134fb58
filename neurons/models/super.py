"""LWNS super neuron: a learned mixture of LIF, LLIF and SLIF, for a search over neurons.

    y = sum_k softmax(arch)_k BN(s_k),    s_0, s_1, s_2 the spikes for the same input of

    LIF     h = d v + x,  s = Theta(h - v_th),  hard reset
    LLIF    the same at its own v_th[t+1] = v_th[t] + gamma tanh(relu(x[t]) - x[t])
    SLIF    h = d(tau[t]) v + x,  s = Theta(h - v_th),  soft reset
            tau[t] = max(tau_min, tau - beta tanh(v_p[t-1])),  v_p[t] = s[t] (h[t] - v_th)

with d = exp(-1/tau) (`decay="exp"`), as printed, or 1 - 1/tau (`decay="linear"`). y is real. The
paper does not specify BN: here it is torch's BatchNorm with eps 1e-5 and no affine map. A layer in
training mode takes the mean and the biased variance of a channel over time, batch and space of the
call, and averages mean and unbiased variance in the buffers `mean` and `var` by `momentum`; in
evaluation it takes those. So a step depends on later ones in training, and there is no `step`. The
option `reset` is that of LIF and LLIF. arch starts at 0: equal weights.

Layout: [T, N, C, *]; mean and var [3, C].
Source: ST-DANO Eq. 3, 6-10 and 24, surrogate Eq. 12; no code was released.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import NOT_NEGATIVE, POSITIVE, TIME_CONSTANT, Interval, Neuron
from neurons.fire import Fire
from neurons.scan import walk


class Cells(NamedTuple):
    lif: Tensor  # V of LIF, potential after reset
    llif: Tensor  # V of LLIF
    v_th: Tensor  # V_th[t+1] of LLIF, threshold of the coming step
    slif: Tensor  # V of SLIF
    v_p: Tensor  # V_p of SLIF, residual potential


class State(NamedTuple):
    mean: Tensor  # running mean of the spikes, [3, C]
    var: Tensor  # running variance of the spikes, [3, C]


class Params(NamedTuple):
    arch: Tensor  # alpha, learnable, [3]: LIF, LLIF, SLIF
    mean: Tensor  # running mean of the spikes, [3, C]
    var: Tensor  # running variance of the spikes, [3, C]
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # V_th, threshold; of LLIF, at the first step
    gamma: float = 0.1  # gamma, how far inhibition raises the threshold of LLIF
    beta: float = 0.1  # beta, how far a spike shortens tau of SLIF [steps]
    tau_min: float = 1.05  # tau_min, lower bound of tau of SLIF [steps]
    decay: str = "exp"  # "exp": d = exp(-1/tau), "linear": d = 1 - 1/tau
    momentum: float = 0.1  # weight of this batch in mean and var
    training: bool = False  # normalise by this batch, else by mean and var


def init(generator: torch.Generator | None, *, shape: Sequence[int], **fixed: Any) -> Params:
    """Start with equal weights; `shape` is required because BN needs [T, N, C, *]."""
    C = shape[0]
    return Params(torch.zeros(3), mean=torch.zeros(3, C), var=torch.ones(3, C), **fixed)


def cells(x: Tensor, state: Cells, p: Params, fire: Fire) -> tuple[Tensor, Cells]:
    """Run one step of the three neurons; return their spikes, [3, N, C, *], and their state."""
    linear, soft = p.decay == "linear", replace(fire, mode="soft")
    d = 1 - 1 / p.tau if linear else math.e ** (-1 / p.tau)
    tau = torch.clamp_min(p.tau - p.beta * torch.tanh(state.v_p), p.tau_min)
    d_slif = 1 - 1 / tau if linear else torch.exp(-1 / tau)
    h = d * state.lif + x, d * state.llif + x, d_slif * state.slif + x
    s = fire(h[0] - p.v_th), fire(h[1] - state.v_th), fire(h[2] - p.v_th)
    after = Cells(
        lif=fire.reset(h[0], s[0], p.v_th),
        llif=fire.reset(h[1], s[1], state.v_th),
        v_th=state.v_th + p.gamma * torch.tanh(torch.relu(x) - x),
        slif=soft.reset(h[2], s[2], p.v_th),
        v_p=s[2] * (h[2] - p.v_th),
    )
    return torch.stack(s), after


def statistics(s: Tensor, p: Params) -> tuple[Tensor, Tensor, State]:
    """Return mean and variance to normalise s, [T, 3, N, C, *], by, and the running ones."""
    state = State(p.mean, p.var)
    sizes = [1 if axis not in (1, 3) else size for axis, size in enumerate(s.shape)]
    if not p.training:
        return p.mean.view(sizes), p.var.view(sizes), state
    axes = [axis for axis in range(s.ndim) if axis not in (1, 3)]
    mean = s.mean(axes, keepdim=True)
    var = ((s - mean) * (s - mean)).mean(axes, keepdim=True)
    count = s.numel() // (s.shape[1] * s.shape[3])
    unbiased = var.detach() * (count / max(count - 1, 1))
    fresh = State(mean.detach().view_as(p.mean), unbiased.view_as(p.var))
    pairs = zip(fresh, state, strict=True)
    return mean, var, State(*(p.momentum * new + (1 - p.momentum) * old for new, old in pairs))


def sequence(x: Tensor, p: Params, fire: Fire) -> tuple[Tensor, State]:
    if x.shape[2] != p.mean.shape[1]:
        raise ValueError(f"super has {p.mean.shape[1]} channels and got {x.shape[2]}")
    zero = torch.zeros_like(x[0])
    first = Cells(zero, zero, torch.full_like(zero, p.v_th), zero, zero)
    s, _ = walk(lambda x_t, state: cells(x_t, state, p, fire), x, first)  # [T, 3, N, C, *]
    mean, var, state = statistics(s, p)
    normalised = (s - mean) * torch.rsqrt(var + 1e-5)
    return torch.einsum("k,tk...->t...", torch.softmax(p.arch, 0), normalised), state


NEURON = Neuron(
    Params,
    State,
    sequence=sequence,
    init=init,
    learnable=("arch",),
    bounds={
        "tau": TIME_CONSTANT,
        "v_th": POSITIVE,
        "gamma": NOT_NEGATIVE,
        "beta": NOT_NEGATIVE,
        "tau_min": Interval(1.0, math.inf, "low"),
        "decay": ("exp", "linear"),
        "momentum": Interval(0.0, 1.0, "high"),
    },
    surrogate="piecewise_quadratic",
    running=("mean", "var"),
)

"""K-based LIF: before it fires, the potential is scaled by a learned k and rectified.

    h[t] = v[t-1] + (x[t] - (v[t-1] - v_reset)) / tau        charge (`decay_input=True`)
    h[t] = v[t-1] - (v[t-1] - v_reset) / tau + x[t]          charge (`decay_input=False`)
    f[t] = relu(k h[t])
    s[t] = Theta(f[t] - v_th)                                fire
    v[t] = (1 - s[t]) f[t] + s[t] v_reset   or   f[t] - s[t] v_th

There is one k per layer; it starts at 1. `scale_reset=True` divides f and v_th by k at the reset,
which undoes the scaling. The potential starts at v_reset.

Source: Jiang & Zhang 2023 (arXiv 2302.09238), F = ReLU(kH); SpikingJelly's KLIFNode, as the
authors released no code.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import FINITE, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset


class Params(NamedTuple):
    k: Tensor  # k, learnable, []: slope of the rectifier
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # v_th, threshold
    v_reset: float = 0.0  # v_reset, potential after a hard reset, towards which it decays
    decay_input: bool = True  # charge x/tau instead of x
    scale_reset: bool = False  # divide by k at the reset


def init(generator: torch.Generator | None, **fixed: Any) -> Params:
    return Params(k=torch.tensor(1.0), **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.full_like(x, p.v_reset))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    rate = 1 / p.tau
    drive = rate * x if p.decay_input else x
    h = (1 - rate) * state.v + (drive + rate * p.v_reset if p.v_reset else drive)
    f = torch.relu(p.k * h)
    s = fire(f - p.v_th)
    if p.scale_reset:
        return s, State(v=fire.reset(f / p.k, s, p.v_th / p.k, p.v_reset))
    return s, State(v=fire.reset(f, s, p.v_th, p.v_reset))


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("k",),
    bounds={"tau": TIME_CONSTANT, "v_th": THRESHOLD, "v_reset": FINITE},
)

"""Short LIF: after a spike, the potential above the threshold shortens the next step's memory.

    tau[t] = max(tau_min, tau - beta tanh(v_p[t-1]))         time constant
    h[t] = d(tau[t]) v[t-1] + x[t]                           charge
    s[t] = Theta(h[t] - v_th)                                fire
    v_p[t] = s[t] (h[t] - v_th)                              residual potential
    v[t] = h[t] - s[t] v_th                                  soft reset

with the decay d = exp(-1/tau) (`decay="exp"`), as printed, or 1 - 1/tau (`decay="linear"`), which
the lower bound tau_min = 1.05 suggests. v and v_p start at 0.

Source: ST-DANO Eq. 3, 8, 9 and 24, surrogate Eq. 12; no code was released.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import NOT_NEGATIVE, POSITIVE, TIME_CONSTANT, Interval, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # V, potential after reset
    v_p: Tensor  # V_p, residual potential


class Params(NamedTuple):
    tau: float = 2.0  # tau_0, membrane time constant at rest [steps]
    v_th: float = 1.0  # V_th, threshold
    beta: float = 0.1  # beta, how far a spike shortens tau [steps]
    tau_min: float = 1.05  # tau_min, lower bound of tau [steps]
    decay: str = "exp"  # "exp": d = exp(-1/tau), "linear": d = 1 - 1/tau


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), v_p=torch.zeros_like(x))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    tau = torch.clamp_min(p.tau - p.beta * torch.tanh(state.v_p), p.tau_min)
    d = 1 - 1 / tau if p.decay == "linear" else torch.exp(-1 / tau)
    h = d * state.v + x
    u = h - p.v_th
    s = fire(u)
    return s, State(v=fire.reset(h, s, p.v_th), v_p=s * u)


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={
        "tau": TIME_CONSTANT,
        "v_th": POSITIVE,
        "beta": NOT_NEGATIVE,
        "tau_min": Interval(1.0, math.inf, "low"),
        "decay": ("exp", "linear"),
    },
    surrogate="piecewise_quadratic",
    reset="soft",
)

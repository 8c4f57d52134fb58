"""Long LIF: inhibitory input raises a neuron's threshold, which never falls.

    h[t] = d v[t-1] + x[t]                                   charge
    s[t] = Theta(h[t] - v_th[t])                             fire
    v[t] = (1 - s[t]) h[t]   or   h[t] - s[t] v_th[t]
    v_th[t+1] = v_th[t] + gamma tanh(relu(x[t]) - x[t])      inhibition

with the decay d = exp(-1/tau) (`decay="exp"`), as printed, or 1 - 1/tau (`decay="linear"`), which
the lower bound of tau in SLIF suggests. The potential starts at 0, the threshold at the option
v_th. As the threshold never falls, the neuron goes silent on long sequences of signed input.

Source: ST-DANO Eq. 3, 6 and 7, surrogate Eq. 12; no code was released.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import NOT_NEGATIVE, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # V, potential after reset
    v_th_next: Tensor  # V_th[t+1], threshold of the coming step


class Params(NamedTuple):
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # V_th[0], threshold of the first step
    gamma: float = 0.1  # gamma, how far inhibition raises the threshold
    decay: str = "exp"  # "exp": d = exp(-1/tau), "linear": d = 1 - 1/tau


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), v_th_next=torch.full_like(x, p.v_th))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    d = 1 - 1 / p.tau if p.decay == "linear" else math.e ** (-1 / p.tau)
    v_th = state.v_th_next
    h = d * state.v + x
    s = fire(h - v_th)
    inhibition = torch.relu(x) - x
    v_th_next = v_th + p.gamma * torch.tanh(inhibition)
    return s, State(v=fire.reset(h, s, v_th), v_th_next=v_th_next)


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={
        "tau": TIME_CONSTANT,
        "v_th": THRESHOLD,
        "gamma": NOT_NEGATIVE,
        "decay": ("exp", "linear"),
    },
    surrogate="piecewise_quadratic",
)

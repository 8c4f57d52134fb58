"""Complementary LIF: a second potential remembers past spikes and deepens the reset.

    h[t] = (1 - 1/tau) v[t-1] + x[t]                         charge
    s[t] = Theta(h[t] - v_th)                                fire
    m[t] = m[t-1] sigmoid(h[t] / tau) + s[t]                 complementary potential
    v[t] = h[t] - s[t] (v_th + sigmoid(m[t]))                reset

    v[t] = (1 - s[t]) h[t] - s[t] sigmoid(m[t])              `reset="hard"`

Both potentials start at 0. The hard reset is that of the authors' code with v_reset = 0. Without a
reset nothing would be complemented: `reset="none"` is refused. The surrogate is the rectangle of
width v_th, open in Eq. 8 (the default) and closed in the authors' code:
`surrogate("rect", closed=True)`. One of the released classes, CLIFSpike, overwrites m with
sigmoid(m), a bug that is not reproduced. `decay_input=True` charges x / tau.

Source: CLIF (Huang et al. 2024) Eq. 15-19 and Algorithm 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # u, membrane potential after reset
    m: Tensor  # m, complementary potential


class Params(NamedTuple):
    tau: float = 2.0  # tau, membrane time constant [steps]
    v_th: float = 1.0  # v_th, threshold
    decay_input: bool = False  # charge x/tau instead of x


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x), m=torch.zeros_like(x))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    drive = x / p.tau if p.decay_input else x
    h = (1 - 1 / p.tau) * state.v + drive
    s = fire(h - p.v_th)
    m = state.m * torch.sigmoid(h / p.tau) + s
    deeper = torch.sigmoid(m)
    return s, State(v=fire.reset(h, s, p.v_th + deeper, -deeper), m=m)


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={"tau": TIME_CONSTANT, "v_th": THRESHOLD},
    surrogate="rect",
    reset="soft",
    resets=("soft", "hard"),
)

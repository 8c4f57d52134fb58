"""Adaptive LIF: each spike raises the neuron's own threshold, which then decays to its rest.

    h[t] = d v[t-1] + x[t],              s[t] = Theta(h[t] - A[t]),  A[t] = v_th + beta a[t-1]
    a[t] = rho a[t-1] + (1 - rho) s[t],  v[t] = h[t] - s[t] A[t]

with d = 1 - 1/tau and rho = exp(-1/tau_a). It starts at rest, v = a = 0.

Source: Bellec et al. 2018 (LSNN).
"""

import math
from typing import NamedTuple

from torch import Tensor

from neurons.contract import NOT_NEGATIVE, THRESHOLD, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor | float = 0.0  # v, potential after reset
    a: Tensor | float = 0.0  # a, how far the threshold is raised, in units of beta


class Params(NamedTuple):
    tau: float = 2.0  # tau, membrane time constant [steps]
    tau_a: float = 20.0  # tau_a, time constant of the threshold [steps]
    beta: float = 1.8  # beta, what a spike adds to the threshold
    v_th: float = 1.0  # v_th, threshold at rest


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    rho = math.e ** (-1 / p.tau_a)
    h = (1 - 1 / p.tau) * state.v + x
    threshold = p.v_th + p.beta * state.a
    s = fire(h - threshold)
    return s, State(v=fire.reset(h, s, threshold), a=rho * state.a + (1 - rho) * s)


NEURON = Neuron(
    Params,
    State,
    step,
    reset="soft",
    bounds={
        "tau": TIME_CONSTANT,
        "tau_a": TIME_CONSTANT,
        "beta": NOT_NEGATIVE,
        "v_th": THRESHOLD,
    },
)

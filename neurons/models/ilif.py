"""Integer LIF: the spike is an integer, the potential divided by the threshold and rounded.

    h[t] = (1 - 1/tau) v[t-1] + x[t]                         charge
    s[t] = clip(round(h[t] / v_th), 0, N)                    fire, half to even
    v[t] = h[t] - s[t] v_th                                  soft reset

N = 4 and the derivative, 1 for 0 <= h / v_th <= N, are those of the surrogate "integer". The
default tau gives the paper's decay of 1/4. The authors' code keeps the reset out of the gradient:
`detach_reset=True`. A hard reset, (1 - s) h, makes no sense for s > 1 and is refused.
The width of another surrogate is in units of v_th, as u is h / v_th.

Source: Luo et al., ECCV 2024 (SpikeYOLO), Eq. 4-6; other thresholds as in SpikingJelly's ILIFNode.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import POSITIVE, TIME_CONSTANT, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    v: Tensor  # v, potential after reset


class Params(NamedTuple):
    tau: float = 4 / 3  # tau, membrane time constant [steps]
    v_th: float = 1.0  # v_th, potential of one spike


def start(x: Tensor, p: Params) -> State:
    return State(v=torch.zeros_like(x))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    h = (1 - 1 / p.tau) * state.v + x
    s = fire(h / p.v_th)
    return s, State(v=fire.reset(h, s, p.v_th))


NEURON = Neuron(
    Params,
    State,
    step,
    start=start,
    bounds={"tau": TIME_CONSTANT, "v_th": POSITIVE},
    surrogate="integer",
    reset="soft",
    resets=("soft", "none"),
    width=1.0,
    elsewhere={"N": 'surrogate("integer", N={})'},
)

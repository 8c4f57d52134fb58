"""Two-compartment LIF: a soma that fires, and a dendrite with a long memory.

    u_D[t] = u_D[t-1] + beta1 u_S[t-1] + x[t] - gamma s[t-1]         dendrite
    u_S[t] = u_S[t-1] + beta2 u_D[t] - v_th s[t-1]                   soma
    s[t] = Theta(u_S[t] - v_th)                                      fire

with beta1 = -sigmoid(w1), which starts at -1/2, and beta2 = sigmoid(w2), which starts at 1/2. The
dendrite receives the soma's potential u_S[t-1] before its reset, as printed (`feed="before"`); in
the authors' code u_S[t-1] - v_th s[t-1] (`feed="after"`). A hard reset, an option of the code, sets
the soma to zero and does not change the dendrite. STC's cell is the printed form with
`detach_reset` and a learned gamma (`learn_gamma=True`).

Source: Zhang et al., AAAI 2024 (TC-LIF), the equations of its supplementary Table 4.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import NOT_NEGATIVE, POSITIVE, Neuron
from neurons.fire import Fire


class State(NamedTuple):
    u_dend: Tensor  # u_D, before the reset by s
    u_soma: Tensor  # u_S, before the reset by s
    s: Tensor  # s, the last spikes, which reset both at the next step


class Params(NamedTuple):
    beta1: Tensor  # w1, learnable, []: beta1 = -sigmoid(w1), soma to dendrite
    beta2: Tensor  # w2, learnable, []: beta2 = sigmoid(w2), dendrite to soma
    w_gamma: Tensor | None = None  # gamma, learnable, []: only with `learn_gamma`
    gamma: float = 0.5  # gamma, what a spike subtracts from the dendrite
    v_th: float = 1.0  # v_th, threshold
    feed: str = "before"  # the soma's potential "before" or "after" its reset feeds the dendrite


def init(
    generator: torch.Generator | None,
    *,
    gamma: float = 0.5,
    learn_gamma: bool = False,
    **fixed: Any,
) -> Params:
    learned = torch.tensor(gamma) if learn_gamma else None
    return Params(torch.tensor(0.0), torch.tensor(0.0), learned, gamma, **fixed)


def start(x: Tensor, p: Params) -> State:
    return State(*(torch.zeros_like(x) for _ in State._fields))


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    gamma = p.gamma if p.w_gamma is None else p.w_gamma
    v_soma = fire.reset(state.u_soma, state.s, p.v_th)
    v_dend = fire.reset(state.u_dend, state.s, gamma) if fire.mode == "soft" else state.u_dend
    soma = state.u_soma if p.feed == "before" else v_soma
    u_dend = v_dend - torch.sigmoid(p.beta1) * soma + x
    u_soma = v_soma + torch.sigmoid(p.beta2) * u_dend
    s = fire(u_soma - p.v_th)
    return s, State(u_dend, u_soma, s)


NEURON = Neuron(
    Params,
    State,
    step,
    init=init,
    start=start,
    learnable=("beta1", "beta2", "w_gamma"),
    bounds={"gamma": NOT_NEGATIVE, "v_th": POSITIVE, "feed": ("before", "after")},
    surrogate="triangle",
    reset="soft",
)

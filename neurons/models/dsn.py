"""Dynamic decay spiking neuron: the decay is computed from the last k inputs, no reset.

    a[t] = sum_i W[:, i] x[t - k + 1 + i] + b                a causal filter per channel, Eq. 11
    alpha[t] = sigmoid(a[t])^(1/tau)                         Eq. 12
    h[t] = alpha[t] h[t-1] + (1 - alpha[t]) x[t]             Eq. 9, h[-1] = 0
    s[t] = clip(round(h[t]), 0, N)                           Eq. 10

W[:, k-1] multiplies the present input; inputs before the first step are zero. "Enhanced" DSN
(`enhanced=True`) mixes the channels of a by a C x C matrix before the sigmoid. Spikes are integers
up to N (surrogate "integer", N = 4 in the paper). With any other surrogate they are binary: N = 1,
and the threshold is h = 1/2, where round(h) goes from 0 to 1.

Layout: [T, N, C, *]; W [C, k], b [C], M [C, C].
Source: DSN (parallel training), section 4, Eq. 9-12 and appendix B; no code was released.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import COUNT, POSITIVE, Neuron, per_channel
from neurons.fire import Fire
from neurons.scan import linear_scan


class State(NamedTuple):
    h: Tensor  # h, potential
    past: Tensor  # x[t-k+1 .. t-1], [k-1, N, C, *]


class Params(NamedTuple):
    conv_weight: Tensor  # W, learnable, [C, k]
    conv_bias: Tensor  # b, learnable, [C]
    mix: Tensor | None = None  # M, learnable, [C, C] in enhanced DSN
    tau: float = 0.25  # tau, sharpness of the decay


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    k: int = 4,
    tau: float = 0.25,
    enhanced: bool = False,
) -> Params:
    """Draw weights uniform in +-1/sqrt(fan in), as torch's Conv1d and Linear do."""

    def uniform(fan_in: int, *size: int) -> Tensor:
        return torch.empty(size).uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=generator)

    C = shape[0]
    mix = uniform(C, C, C) if enhanced else None
    return Params(uniform(k, C, k), uniform(k, C), mix, tau)


def start(x: Tensor, p: Params) -> State:
    k = p.conv_weight.shape[1]
    return State(h=torch.zeros_like(x), past=x.new_zeros(k - 1, *x.shape))


def decay(taps: Sequence[Tensor], p: Params, axis: int) -> Tensor:
    """Return alpha for the last k inputs, oldest first; channels are on the given axis."""
    if taps[0].shape[axis] != len(p.conv_bias):
        raise ValueError(f"dsn has {len(p.conv_bias)} channels and got {taps[0].shape[axis]}")
    trailing = taps[0].ndim - 1 - axis
    a = per_channel(p.conv_bias, trailing)
    for w, x in zip(p.conv_weight.unbind(1), taps, strict=True):
        a = a + per_channel(w, trailing) * x
    if p.mix is not None:
        a = torch.einsum("dc,ec...->ed...", p.mix, a.flatten(0, axis - 1)).view(a.shape)
    return torch.sigmoid(a) ** (1 / p.tau)


def distance(h: Tensor, fire: Fire) -> Tensor:
    """Return what to fire on: h, which is rounded, or its distance to the threshold 1/2."""
    return h if fire.surrogate.name == "integer" else h - 0.5


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    window = torch.cat([state.past, x[None]])
    alpha = decay(window.unbind(0), p, axis=1)
    h = alpha * state.h + (1 - alpha) * x
    return fire(distance(h, fire)), State(h, past=window[1:])


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    T, k = len(x), p.conv_weight.shape[1]
    padded = torch.cat([x.new_zeros(k - 1, *x.shape[1:]), x])
    alpha = decay([padded[i : i + T] for i in range(k)], p, axis=2)
    h = linear_scan(alpha, (1 - alpha) * x)
    return fire(distance(h, fire))


NEURON = Neuron(
    Params,
    State,
    step,
    sequence,
    init,
    start,
    learnable=("conv_weight", "conv_bias", "mix"),
    bounds={"tau": POSITIVE, "k": COUNT},
    surrogate="integer",
    reset="none",
    resets=("none",),
    elsewhere={"N": 'surrogate("integer", N={})'},
)

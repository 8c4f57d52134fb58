"""Parallel resonate and fire: a damped oscillator per channel, driven by the input, no reset.

    u[t] = exp(dt (-1/tau + i theta)) u[t-1] + dt x[t]        u complex, u[-1] = 0
    s[t] = Theta(Re u[t] - v_th)
    dt = exp(log_dt),     theta = exp(theta_log)

dt [steps] and theta [rad / step] are per channel: layout [T, N, C, *]. theta starts uniform in
[0, 2 pi), dt log-uniform in [dt_min, dt_max] = [0.1, 1]. The authors' code draws dt from
[0.001, 0.1]: then an input as large as the threshold makes the neuron fire after tens of steps.

The state holds a complex number as two real ones, which can be cast, compiled and counted.

Source: Huang et al., arXiv 2410.03530 (PRF); the authors' code (ParallelResonateFire), which
uses an FFT convolution instead of a scan.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from neurons.contract import POSITIVE, THRESHOLD, Neuron, per_channel
from neurons.fire import Fire
from neurons.scan import linear_scan


class State(NamedTuple):
    u_real: Tensor | float = 0.0  # Re u, the potential
    u_imag: Tensor | float = 0.0  # Im u


class Params(NamedTuple):
    log_dt: Tensor  # log dt, learnable, [C]
    theta_log: Tensor  # log theta, learnable, [C]
    tau: float = 2.0  # tau, damping [steps]
    v_th: float = 1.0  # v_th, threshold


def init(
    generator: torch.Generator | None,
    *,
    shape: Sequence[int],
    tau: float = 2.0,
    v_th: float = 1.0,
    dt_min: float = 0.1,
    dt_max: float = 1.0,
) -> Params:
    if dt_min > dt_max:
        raise ValueError(f"prf: dt_min = {dt_min} is not allowed; it must be <= dt_max = {dt_max}")
    C = shape[0]
    log_dt = torch.empty(C).uniform_(math.log(dt_min), math.log(dt_max), generator=generator)
    theta = 2 * math.pi * (1 - torch.rand(C, generator=generator))  # never 0
    return Params(log_dt, theta.log(), tau, v_th)


def rotation(x: Tensor, p: Params, axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return dt, and the real and imaginary part of a step's factor; channels are on x's axis."""
    if x.shape[axis] != len(p.log_dt):
        raise ValueError(f"prf has {len(p.log_dt)} channels and got {x.shape[axis]}")
    dt = p.log_dt.exp()
    angle, decay = dt * p.theta_log.exp(), torch.exp(-dt / p.tau)
    trailing = x.ndim - 1 - axis
    return (
        per_channel(dt, trailing),
        per_channel(decay * torch.cos(angle), trailing),
        per_channel(decay * torch.sin(angle), trailing),
    )


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    dt, real, imag = rotation(x, p, axis=1)
    u_real = real * state.u_real - imag * state.u_imag + dt * x
    u_imag = imag * state.u_real + real * state.u_imag
    return fire(u_real - p.v_th), State(u_real, u_imag)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    dt, real, imag = rotation(x, p, axis=2)
    factor = torch.complex(real, imag)
    u = linear_scan(factor.expand(len(x), 1, *factor.shape), (dt * x).to(factor.dtype))
    return fire(u.real - p.v_th)


NEURON = Neuron(
    Params,
    State,
    step,
    sequence,
    init,
    learnable=("log_dt", "theta_log"),
    bounds=dict.fromkeys(("tau", "dt_min", "dt_max"), POSITIVE) | {"v_th": THRESHOLD},
    reset="none",
    resets=("none",),
)

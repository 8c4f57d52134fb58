"""Parallel multi-compartment spiking neuron: d compartments drive a soma that sums and fires.

    h[t] = Ab h[t-1] + Bb x[t]                           h complex, [d], h[-1] = 0
    y[t] = coeff (Re sum(C h[t]) + D x[t])
    Ab = exp(dt A),     Bb = (Ab - 1) / A * B            the zero-order hold
    A = -exp(log_A_real) + i A_imag,     B = VinvB,     C = CV,     dt = exp(log_dt)

and in mode "reset", with the soma's sum Y[t] = Y[t-1] + relu(y[t]):

    s[t] = Theta(v[t-1] + relu(y[t]) - v_th),     v[t] = Y[t] - floor(Y[t] / v_th) v_th

v is what remains of Y after a soft reset by as many thresholds as fit into it. It does not depend
on the spikes, so it is parallel. As in the authors' code, no gradient flows through v;
`detach_sum=False` lets it. Mode "none" fires on y itself, "cumsum" on the sum of y without a reset;
in the code both fire at > v_th (`strict=True`). coeff is 1 (0.2 in the code for S-CIFAR).

Layout [T, N, C, *]; parameters are per channel. The state holds a complex number as two real ones,
which can be cast, compiled and counted.

Source: Chen et al., arXiv 2408.14917 (PMSN); the authors' code (PMSN_neuron, S-MNIST and S-CIFAR).
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.contract import POSITIVE, Interval, Neuron, per_channel
from neurons.fire import Fire
from neurons.scan import linear_scan


class State(NamedTuple):
    h_real: Tensor  # Re h, the compartments, [N, C, *, d]
    h_imag: Tensor  # Im h
    v: Tensor  # v, the soma's potential after reset


class Params(NamedTuple):
    D: Tensor  # D, learnable, [C]: from the input to the soma
    log_dt: Tensor  # log dt, learnable, [C]
    log_A_real: Tensor  # log -Re A, learnable, [C, d]
    A_imag: Tensor  # Im A, learnable, [C, d] [rad / step]
    VinvB_real: Tensor  # Re B, learnable, [C, d]: from the input to the compartments
    VinvB_imag: Tensor  # Im B, learnable, [C, d]
    CV_real: Tensor  # Re C, learnable, [C, d]: from the compartments to the soma
    CV_imag: Tensor  # Im C, learnable, [C, d]
    v_th: float = 1.0  # v_th, threshold
    coeff: float = 1.0  # coeff, factor of the soma's input
    mode: str = "reset"  # "reset", "none" or "cumsum": what the soma fires on
    detach_sum: bool = True  # no gradient through v


def init(
    generator: torch.Generator | None, *, shape: Sequence[int], d_state: int = 4, **fixed: Any
) -> Params:
    """Draw the authors' first values.

    The compartments form a chain: neighbours n and n+1 are coupled by +-5 n, all are damped by
    1/2. All receive the input, the last one drives the soma; V holds the chain's eigenvectors. dt
    is log-uniform in [0.001, 0.1], D normal.
    """
    links = 5.0 * torch.arange(1, d_state)
    frequency, V = torch.linalg.eigh(-1j * (torch.diag(links, 1) - torch.diag(links, -1)))
    log_dt = torch.empty(shape[0]).uniform_(math.log(1e-3), math.log(1e-1), generator=generator)
    D = torch.randn(shape[0], generator=generator)
    B, C = V.conj().sum(0), V[-1]
    rows = (torch.full_like(frequency, math.log(0.5)), frequency, B.real, B.imag, C.real, C.imag)
    repeated = (v.repeat(shape[0], 1) for v in rows)
    chain: dict[str, Any] = dict(zip(Params._fields[2:8], repeated, strict=True))
    return Params(D, log_dt, **chain, **fixed)


def start(x: Tensor, p: Params) -> State:
    h = x.new_zeros(*x.shape, p.A_imag.shape[1])
    return State(h_real=h, h_imag=torch.zeros_like(h), v=torch.zeros_like(x))


def hold(x: Tensor, p: Params, axis: int) -> list[Tensor]:
    """Return Ab, Bb and C, each as real and imaginary part, and D; channels are on x's axis."""
    if x.shape[axis] != len(p.D):
        raise ValueError(f"pmsn has {len(p.D)} channels and got {x.shape[axis]}")
    dt, damping, omega = p.log_dt.exp()[:, None], p.log_A_real.exp(), p.A_imag
    modulus, angle = torch.exp(-dt * damping), dt * omega
    real, imag = modulus * torch.cos(angle), modulus * torch.sin(angle)
    # (Ab - 1) / A = (Ab - 1) conj(A) / |A|^2
    norm = damping * damping + omega * omega
    q_real = (imag * omega - (real - 1) * damping) / norm
    q_imag = -(imag * damping + (real - 1) * omega) / norm
    b_real = q_real * p.VinvB_real - q_imag * p.VinvB_imag
    b_imag = q_real * p.VinvB_imag + q_imag * p.VinvB_real
    trailing = x.ndim - 1 - axis
    rows = (real, imag, b_real, b_imag, p.CV_real, p.CV_imag)
    views = [v.view(len(v), *(1,) * trailing, -1) for v in rows]
    return [*views, per_channel(p.D, trailing)]


def step(x: Tensor, state: State, p: Params, fire: Fire) -> tuple[Tensor, State]:
    a_real, a_imag, b_real, b_imag, c_real, c_imag, D = hold(x, p, axis=1)
    h_real = a_real * state.h_real - a_imag * state.h_imag + b_real * x[..., None]
    h_imag = a_imag * state.h_real + a_real * state.h_imag + b_imag * x[..., None]
    y = p.coeff * ((c_real * h_real - c_imag * h_imag).sum(-1) + D * x)
    if p.mode == "none":
        return fire(y - p.v_th), State(h_real, h_imag, state.v)
    if p.mode == "cumsum":
        v = state.v + y
        return fire(v - p.v_th), State(h_real, h_imag, v)
    v = (state.v.detach() if p.detach_sum else state.v) + torch.relu(y)
    return fire(v - p.v_th), State(h_real, h_imag, v - torch.floor(v / p.v_th) * p.v_th)


def sequence(x: Tensor, p: Params, fire: Fire) -> Tensor:
    a_real, a_imag, b_real, b_imag, c_real, c_imag, D = hold(x, p, axis=2)
    a = torch.complex(a_real, a_imag)
    drive = torch.complex(b_real * x[..., None], b_imag * x[..., None])
    h = linear_scan(a.expand(len(x), 1, *a.shape), drive)
    y = p.coeff * ((c_real * h.real - c_imag * h.imag).sum(-1) + D * x)
    if p.mode == "none":
        return fire(y - p.v_th)
    if p.mode == "cumsum":
        return fire(y.cumsum(0) - p.v_th)
    charge = torch.relu(y)
    # float64: only the remainder of the sum matters, and a long float32 sum has no digits for it.
    sums = torch.cumsum(charge.detach() if p.detach_sum else charge, 0, dtype=torch.float64)
    before = torch.cat([torch.zeros_like(sums[:1]), sums[:-1]])
    v = (before - torch.floor(before / p.v_th) * p.v_th).to(x.dtype)
    return fire(v + charge - p.v_th)


NEURON = Neuron(
    Params,
    State,
    step,
    sequence,
    init,
    start,
    learnable=tuple(Params._fields[:8]),
    bounds={
        "d_state": range(1, 1025),
        "v_th": POSITIVE,
        "coeff": Interval(0.0, 1e6),
        "mode": ("reset", "none", "cumsum"),
    },
    surrogate="triangle",
    reset="none",
    resets=("none",),
)

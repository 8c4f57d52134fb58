"""What happens inside a neuron while it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neurons.fire import Fire, Surrogate
from neurons.layer import Layer


class Path(NamedTuple):
    u: Tensor  # distance of the potential to the threshold before the reset, [T, N, *]
    s: Tensor  # output, [T, N, *]
    slope: Tensor  # surrogate derivative ds/du, [T, N, *]
    width: Tensor  # width of the surrogate's window, [T]; NaN for one without
    states: Any  # the model's State after every step, each field [T, ...]


class _Noted(NamedTuple):
    u: Tensor
    slope: Tensor
    width: float


@torch.no_grad()
def follow(layer: Layer, x: Tensor) -> Path:
    """Run the steps of a layer over x ([T, N, *]) from rest, and keep what passes.

    Raises ValueError for a model without `step`, or one that fires more than once a step.
    """
    neuron, p = layer.neuron, layer.params
    if neuron.step is None:
        raise ValueError(f"{neuron.name} has no step to follow")
    noted: list[_Noted] = []
    fire = _noting(layer.fire, noted)
    state, spikes, states = neuron.initial(x[0], p), [], []
    for x_t in x.unbind(0):
        s, state = neuron.step(x_t, state, p, fire)
        spikes.append(s)
        states.append(state)
    if len(noted) != len(x):
        raise ValueError(f"{neuron.name} fires {len(noted) // len(x)} times a step, not once")
    u, slope, width = zip(*noted, strict=True)
    fields = (torch.stack(field) for field in zip(*states, strict=True))
    return Path(
        torch.stack(u),
        torch.stack(spikes),
        torch.stack(slope),
        torch.tensor(width),
        neuron.State(*fields),
    )


def _noting(fire: Fire, noted: list[_Noted]) -> Fire:
    """`fire`, which notes the potential, the surrogate's slope there and its width."""

    def spike(g: Surrogate, u: Tensor) -> Tensor:
        with torch.enable_grad():
            at = u.detach().requires_grad_()
            (slope,) = torch.autograd.grad(g(at).sum(), at)
        noted.append(_Noted(u, slope, float(dict(g.arguments).get("width", float("nan")))))
        return fire.spike(g, u)

    return replace(fire, spike=spike)


def autocorrelation(x: Tensor, lags: int) -> Tensor:
    """R[k] = 1/T sum_n x[n] x[n - k] for k = 0 .. lags - 1, x being 0 before its first step.

    x is [T, *], R [lags, *]. CLIF, appendix F: a complementary potential m whose R falls more
    slowly than that of u remembers for longer.
    """
    T = len(x)
    return torch.stack([(x[k:] * x[: T - k]).sum(0) / T for k in range(lags)])

"""The values inside a neuron over time."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

import neurons


class Path(NamedTuple):
    u: Tensor  # potential minus threshold, before the reset, [T, N, *]
    s: Tensor  # spikes, [T, N, *]
    slope: Tensor  # surrogate derivative ds/du, [T, N, *]
    width: Tensor  # width of the surrogate's window, [T]; NaN for a surrogate without one
    states: Any  # the model's State after every step, each field [T, ...]


@torch.no_grad()
def follow(layer: neurons.Layer, x: Tensor) -> Path:
    """Run the steps of a layer over x ([T, N, *]) from rest, and return all its values.

    Raise ValueError for a model without `step`, or one that calls `fire` more than once per step.
    """
    neuron, p = layer.neuron, layer.params
    if neuron.step is None:
        raise ValueError(f"{neuron.name} has no step to follow")
    fire, decisions = neurons.recording(layer.fire)
    state, spikes, states = neuron.initial(x[0], p), [], []
    for x_t in x.unbind(0):
        s, state = neuron.step(x_t, state, p, fire)
        spikes.append(s)
        states.append(state)
    if len(decisions) != len(x):
        raise ValueError(f"{neuron.name} fires {len(decisions) // len(x)} times a step, not once")
    return Path(
        torch.stack([decision.u for decision in decisions]),
        torch.stack(spikes),
        torch.stack([slope_at(decision.surrogate, decision.u) for decision in decisions]),
        torch.tensor([width_of(decision.surrogate) for decision in decisions]),
        neuron.State(*map(torch.stack, zip(*states, strict=True))),
    )


def slope_at(surrogate: neurons.Surrogate, u: Tensor) -> Tensor:
    """Return the derivative of a surrogate at u."""
    with torch.enable_grad():
        u = u.detach().requires_grad_()
        return torch.autograd.grad(surrogate(u).sum(), u)[0]


def width_of(surrogate: neurons.Surrogate) -> float:
    """Return the width of a surrogate's window as a number; NaN for one without."""
    return float(dict(surrogate.arguments).get("width", math.nan))


def autocorrelation(x: Tensor, lags: int) -> Tensor:
    """Return R[k] = 1/T sum_n x[n] x[n - k] for k = 0 .. lags - 1; x is 0 before its first step.

    x is [T, *], R [lags, *]. CLIF, appendix F: R of the complementary potential m falls more slowly
    than R of u, so m remembers for longer.
    """
    T = len(x)
    return torch.stack([(x[k:] * x[: T - k]).sum(0) / T for k in range(lags)])

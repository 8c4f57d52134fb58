"""Running a neuron in an experiment and observing its potential.

Each experiment is a function of a builder, `build(T)`, which returns a layer for sequences of T
steps. It returns whether the neuron has a property, from measurements alone: the model's name and
code do not matter. It runs in float64, [T, N, C], with inputs in units of the threshold.

The potential of a model is the argument u of its calls of `fire`, [m, T, N, C]: the distance to the
threshold, m times per step (once, unless a model holds several neurons).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from neurons import Layer, recording

Builder = Callable[..., Layer]

T, C = 64, 8  # steps and channels of an experiment


class Observation(NamedTuple):
    """The values of one run of a layer."""

    u: Tensor  # potential minus threshold, [m, T, N, C]
    fires: Tensor  # whether u gives a spike, [m, T, N, C]
    s: Tensor  # output, [T, N, C]


def observe(layer: Layer, x: Tensor) -> Observation:
    """Run a layer over x and return its potential, where it fires, and its output."""
    fire = layer.fire
    layer.fire, decisions = recording(fire)
    try:
        s = layer(x)
    finally:
        layer.fire = fire
    u = torch.stack([decision.u for decision in decisions])
    fires = torch.stack([decision.s > 0 for decision in decisions])
    if u.ndim == x.ndim:  # one decision per step, not one for all steps
        u, fires = (v.unflatten(0, (len(x), -1)).transpose(0, 1) for v in (u, fires))
    return Observation(u, fires, s)


def threshold(layer: Layer, steps: int) -> float:
    """Return the distance from rest to the threshold, the unit of the experiments' inputs."""
    with torch.no_grad():
        rest = observe(layer, torch.zeros(steps, 1, C, dtype=torch.float64)).u
    first_spike = 0.5 if layer.fire.surrogate.name == "integer" else 0.0  # u that rounds to 1
    distance = first_spike - float(rest[:, 0].mean())
    return distance if distance > 0 else 1.0


def noise(*shape: int) -> Tensor:
    """Return normal numbers, the same for a shape at every call."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(7), dtype=torch.float64)


def nearly_equal(a: Tensor, b: Tensor) -> bool:
    """Return whether a and b differ by rounding only; an FFT spreads it over all steps."""
    return bool((a - b).abs().max() <= 1e-9 * torch.maximum(a.abs().max(), b.abs().max()))

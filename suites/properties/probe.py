"""Looking into a neuron while it runs: the common ground of the experiments.

Each experiment is a function of `make`, which builds the neuron as a layer for sequences of T
steps, and answers whether a property holds: nothing is taken from the model's name or looks. It
runs in float64, [T, N, C], with inputs measured in thresholds.

The potential of a model is what it asks `fire` about, u [m, T, N, C]: the distance to the
threshold, m times per step (once, unless a model holds several neurons).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from neurons import Layer, Surrogate

Make = Callable[..., Layer]

T, C = 64, 8  # steps and channels of an experiment


class Seen(NamedTuple):
    u: Tensor  # distance of the potential to the threshold, [m, T, N, C]
    fires: Tensor  # where that is far enough, [m, T, N, C]
    s: Tensor  # output, [T, N, C]


def see(layer: Layer, x: Tensor) -> Seen:
    """Run a layer over x and note what its `fire` is asked."""
    asked: list[tuple[Tensor, Tensor]] = []
    fire = layer.fire

    def spike(g: Surrogate, u: Tensor) -> Tensor:
        spikes = fire.spike(g, u)
        asked.append((u, spikes > 0))
        return spikes

    layer.fire = replace(fire, spike=spike)
    try:
        s = layer(x)
    finally:
        layer.fire = fire
    u, fires = (torch.stack(seen) for seen in zip(*asked, strict=True))
    if u.ndim == x.ndim:  # asked at every step, not for all of them at once
        u, fires = (v.unflatten(0, (len(x), -1)).transpose(0, 1) for v in (u, fires))
    return Seen(u, fires, s)


def threshold(layer: Layer, steps: int) -> float:
    """Where the neuron starts to fire, seen from rest: the unit of the experiments' inputs."""
    with torch.no_grad():
        rest = see(layer, torch.zeros(steps, 1, C, dtype=torch.float64)).u
    half = 0.5 if layer.fire.surrogate.name == "integer" else 0.0  # where rounding steps
    measured = half - float(rest[:, 0].mean())
    return measured if measured > 0 else 1.0


def noise(*shape: int) -> Tensor:
    """The same normal numbers for a shape every time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(7), dtype=torch.float64)


def same(a: Tensor, b: Tensor) -> bool:
    """Equal but for rounding, which a convolution by FFT spreads over all steps."""
    return bool((a - b).abs().max() <= 1e-9 * torch.maximum(a.abs().max(), b.abs().max()))

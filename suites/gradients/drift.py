"""The drift: how far 16384 steps in float32 take a state from the float64 reference."""

from __future__ import annotations

import math

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import (
    check_replayable,
    distance,
    far_flips,
    layer,
    reference,
    rounding,
)
from suites.profiles import Shape

SHAPE = Shape(16384, 1, 8)


def layers(model: str, backend: str, T: int = SHAPE.T) -> tuple[neurons.Layer, neurons.Layer]:
    """Build the layer of a case and its reference; both keep their state if they have one.

    Raise NotImplementedError for a model whose weights over T steps would be T x T numbers, and
    for one whose output cannot be replayed.
    """
    if model in neurons.names():
        neuron = neurons.get(model)
        if neuron.step is None and "T" in neuron.needs:
            raise NotImplementedError(f"{model} has weights over all pairs of {T} steps")
    shape = SHAPE._replace(T=T)
    stateless = reference(model, shape=shape)
    with torch.no_grad():
        check_replayable(stateless, stateless(cases.current(shape)[:8].double()))
    steps, sequence = stateless.neuron.step, stateless.neuron.sequence
    stateful = steps is not None and not (backend == "eager" and sequence is not None)
    return (
        layer(model, backend, shape=shape, stateful=stateful),
        reference(model, shape=shape, stateful=stateful),
    )


@torch.no_grad()
def drift(layer: neurons.Layer, reference: neurons.Layer, x: Tensor) -> float:
    """Return how far the last state is from the reference's, in units of T eps.

    The reference replays the layer's spikes. Each of T steps rounds a state by about eps of its
    size, which adds up to T eps if nothing is forgotten: rounding explains at most about 1. The
    drift is infinite if a state or a spike is not finite, or if there is a far flip.
    """
    spikes, fire = layer(x), reference.fire
    reference.fire, decisions = neurons.recording(neurons.replay(fire, spikes.double()))
    reference(x.double())
    states = list(zip(layer.state or (), reference.state or (), strict=True))
    u = torch.stack([decision.u for decision in decisions])
    finite = all(v.isfinite().all() for v in (spikes, *(v for v, _ in states)))
    if not finite or far_flips(fire, u, spikes).any():
        return math.inf
    error = max((distance(v, expected) for v, expected in states), default=0.0)
    return error / (len(x) * rounding(x.dtype))

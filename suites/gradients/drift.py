"""How far a sequence of 16384 steps takes a backend in float32 from the float64 oracle."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import Noted, check_replayable, distance, far, layer, oracle
from suites.profiles import Shape

SHAPE = Shape(16384, 1, 8)


def layers(model: str, backend: str, T: int = SHAPE.T) -> tuple[neurons.Layer, neurons.Layer]:
    """The layer under test and the oracle for `drift`, keeping their states where they have any.

    Raises NotImplementedError for a model whose weights over T steps would take T^2 numbers, and
    for one whose spikes no one can replay.
    """
    if model in neurons.names():
        neuron = neurons.get(model)
        if neuron.step is None and "T" in neuron.needs:
            raise NotImplementedError(f"{model} has weights over all pairs of {T} steps")
    shape = SHAPE._replace(T=T)
    plain = oracle(model, shape=shape)
    with torch.no_grad():
        check_replayable(plain, plain(cases.current(shape)[:8].double()))
    whole = plain.neuron.step is None or (backend == "eager" and plain.neuron.sequence is not None)
    ours = layer(model, backend, shape=shape, stateful=not whole)
    return ours, oracle(model, shape=shape, stateful=not whole)


@torch.no_grad()
def drift(layer: neurons.Layer, oracle: neurons.Layer, x: Tensor) -> float:
    """How far the last state is from the oracle's, in units of what rounding explains.

    The oracle fires where the layer fired. Each of T steps rounds a state by about eps of its
    size, which adds up to T eps where nothing is forgotten: that is 1. Infinite, if the state or a
    spike is not finite or a spike is far from where the oracle would have fired.
    """
    usual, spikes = oracle.fire, layer(x)
    noted = Noted(neurons.replay(usual, spikes.double()).spike)
    oracle.fire = replace(usual, spike=noted)
    oracle(x.double())
    eps = torch.finfo(torch.promote_types(x.dtype, torch.float32)).eps
    strays = far(usual, noted.distances(spikes), spikes, eps)
    ends = list(zip(layer.state or (), oracle.state or (), strict=True))
    if strays.any() or not all(v.isfinite().all() for v in (spikes, *(v for v, _ in ends))):
        return math.inf
    return max((distance(v, exact) for v, exact in ends), default=0.0) / (len(x) * eps)

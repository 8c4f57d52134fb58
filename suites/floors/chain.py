"""The time of T dependent steps: no serial neuron can be faster."""

import torch
from torch import Tensor

import neurons
from suites import clock

CALLS = 100


def require_iaf() -> None:
    """Raise NotImplementedError for a commit without `iaf`, the model with the shortest step."""
    if "iaf" not in neurons.names():
        raise NotImplementedError("this commit has no neuron 'iaf', whose step is the shortest")


def chain_seconds(x: Tensor) -> float:
    """Return the seconds of T dependent steps of one integrate-and-fire neuron; x is [T, 1, 1].

    It runs on the fastest backend of this commit. The fixed cost of a call is removed by
    subtracting the time of a single step. Both times are the best of CALLS calls, which alternate.
    """
    layer = neurons.Layer("iaf")
    pairs = [(_seconds(layer, x), _seconds(layer, x[:1])) for _ in range(CALLS)]
    return min(long for long, _ in pairs) - min(short for _, short in pairs)


def _seconds(layer: neurons.Layer, x: Tensor) -> float:
    start = clock.now()
    with torch.no_grad():
        layer(x)
    return clock.now() - start

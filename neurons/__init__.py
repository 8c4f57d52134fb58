"""Spiking neuron models, each one page of equations.

layer = neurons.Layer("lif", tau=2.0)        # an nn.Module, [T, N, *] in and out
neurons.names()                              # all models
neurons.get("lif")                           # the record of one: step, parameters, state
"""

from neurons import backends, conversion
from neurons.contract import Neuron, one_of
from neurons.fire import SURROGATES, Fire, Surrogate, recording, replay, smooth, surrogate
from neurons.layer import Layer
from neurons.registry import get, names

__all__ = [
    "SURROGATES",
    "Fire",
    "Layer",
    "Neuron",
    "Surrogate",
    "backends",
    "conversion",
    "get",
    "names",
    "one_of",
    "recording",
    "replay",
    "smooth",
    "surrogate",
]

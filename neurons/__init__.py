"""Spiking neuron models, one page of equations each.

layer = neurons.Layer("lif", tau=2.0)        # an nn.Module, [T, N, *] in and out
neurons.names()                              # what there is
neurons.get("lif")                           # its step, parameters and state
"""

from neurons import analysis, backends, properties
from neurons.contract import Neuron
from neurons.fire import SURROGATES, Fire, Surrogate, replay, smooth, surrogate
from neurons.layer import Layer
from neurons.opcount import arithmetic, count
from neurons.registry import get, names

__all__ = [
    "SURROGATES",
    "Fire",
    "Layer",
    "Neuron",
    "Surrogate",
    "analysis",
    "arithmetic",
    "backends",
    "count",
    "get",
    "names",
    "properties",
    "replay",
    "smooth",
    "surrogate",
]

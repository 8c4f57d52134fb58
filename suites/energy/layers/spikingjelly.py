"""SpikingJelly's neurons and dropouts; its other layers are torch's, or do nothing at inference.

A neuron with the equations of one of our models counts as that model, with its arithmetic. Of any
other the rate and the time axis are known, and its arithmetic is listed as not counted. In step
mode "s" a call is one step [N, *] and the next call continues from it; in "m" it is the whole
sequence, [T, N, *].

Written against 2.0.0, which need not be installed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from torch import Tensor, nn

import neurons
from suites.energy.counts import Call, TimeAxis
from suites.energy.layers.ours import Arithmetic, arithmetic, neuron_call
from suites.peers.spikingjelly import NODES

# SpikingJelly's class -> our model, and the options that both have under the same name
MODELS = {node.name: (model, node.options) for model, node in NODES.items()}
NEURONS = {"BaseNode", *MODELS}
DROPOUTS = {"Dropout", "Dropout2d"}


def applies_to(module: nn.Module) -> bool:
    return bool(_classes(module) & (NEURONS | DROPOUTS))


def _classes(module: nn.Module) -> set[str]:
    """Return the names of SpikingJelly's classes among those of the module."""
    return {c.__name__ for c in type(module).__mro__ if c.__module__.startswith("spikingjelly.")}


def observe(module: Any, x: Tensor, y: Tensor, reads: str) -> Call | None:
    if _classes(module) & DROPOUTS:
        return None
    single_step = getattr(module, "step_mode", "m") == "s"
    sequence = x[None] if single_step else x
    time = TimeAxis(len(sequence), sequence.shape[1], stateful=single_step)
    name = type(module).__name__
    if name not in MODELS or not type(module).__module__.startswith("spikingjelly."):
        cost = Arithmetic({}, {}, len(getattr(module, "_memories", ())))
        return neuron_call(name, module, x, y, reads, cost, time, (f"arithmetic of {name}",))
    model, shared_options = MODELS[name]
    options = {option: getattr(module, option) for option in shared_options}
    if model == "masked_psn":
        options["lambda_"] = float(module._lambda_)
    layer = _layer(model, getattr(module, "v_reset", "none"), sequence.shape[2:], **options)
    sample = sequence.new_zeros((len(sequence), 1, *sequence.shape[2:]), device="cpu")
    return neuron_call(model, module, x, y, reads, arithmetic(layer, sample), time)


@lru_cache
def _layer(
    model: str, v_reset: float | str | None, shape: tuple[int, ...], **options: Any
) -> neurons.Layer:
    """Build our layer with the same reset: hard to `v_reset`, soft for None, or "none"."""
    if v_reset is None:
        options["reset"] = "soft"
    elif v_reset == "none":
        options["reset"] = "none"
    else:
        options |= {"reset": "hard", "v_reset": v_reset}
    return neurons.Layer(model, backend="eager", shape=shape, **options)

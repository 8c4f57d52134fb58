"""The neurons of this package."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

import neurons
from suites.energy.call import Call, Clock


def claims(module: nn.Module) -> bool:
    return isinstance(module, neurons.Layer)


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    """Arithmetic is traced from the model's own code; a reset is charged where a spike was."""
    assert isinstance(module, neurons.Layer)
    silent, reset = arithmetic(module, x)
    emitting = int((y != 0).sum())
    return Call.of(
        "neuron",
        module.neuron.name,
        x,
        y,
        reads=reads,
        spikes=y.abs().sum(dtype=torch.float64).item(),
        operations={k: silent[k] * y.numel() + reset[k] * emitting for k in silent},
        states=carried(module, x),
        clock=Clock(steps=len(x), batch=x.shape[1], carries=module.stateful),
    )


def carried(layer: neurons.Layer, x: Tensor) -> float:
    """Values per neuron in the state; 0 for a model that sees the whole sequence at once."""
    if layer.neuron.step is None:
        return 0.0
    with torch.no_grad():
        one = x[0, :1]
        state = layer.neuron.initial(one, layer.params)
    return sum(v.numel() for v in state) / one.numel()


def arithmetic(layer: neurons.Layer, x: Tensor) -> tuple[dict[str, float], dict[str, float]]:
    """Operations per neuron and step without the reset, and those of the reset.

    Counted for a single sample, so that an estimate does not depend on the batch.
    """
    wide = torch.promote_types(x.dtype, torch.float32)  # what the backends compute in
    p = type(layer.params)(*(v.to(wide) if isinstance(v, Tensor) else v for v in layer.params))
    sample = x[:, :1].to(wide)
    whole = neurons.count(layer.neuron, p, layer.fire, sample)
    silent = neurons.count(layer.neuron, p, replace(layer.fire, mode="none"), sample)
    silent = {kind: silent.get(kind, 0.0) for kind in whole}
    return silent, {kind: whole[kind] - silent[kind] for kind in whole}

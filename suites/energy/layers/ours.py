"""The neurons of this package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites.energy import opcount
from suites.energy.call import Call, Clock, kind_of, spikes


class Arithmetic(NamedTuple):
    """What a neuron does in a step, and what it keeps for the next."""

    silent: dict[str, float]  # operations without the reset
    reset: dict[str, float]
    states: float  # values carried; 0 for a model that sees the whole sequence at once


_traced: dict[Any, Arithmetic] = {}


def claims(module: nn.Module) -> bool:
    return isinstance(module, neurons.Layer)


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    assert isinstance(module, neurons.Layer)
    clock = Clock(steps=len(x), batch=x.shape[1], carries=module.stateful)
    return call(module.neuron.name, module, x, y, reads, arithmetic(module, x), clock)


def call(
    model: str,
    module: nn.Module,
    x: Tensor,
    y: Tensor,
    reads: str,
    each: Arithmetic,
    clock: Clock,
    **facts: Any,
) -> Call:
    """A neuron's call: a reset is charged where a spike was."""
    total, emitting = map(Tensor.item, spikes(y, kind_of(y)))
    return Call.of(
        *("neuron", model, x, y, reads, module.parameters()),
        spikes=total,
        operations={k: n * y.numel() + each.reset[k] * emitting for k, n in each.silent.items()},
        states=each.states,
        clock=clock,
        **facts,
    )


def arithmetic(layer: neurons.Layer, x: Tensor) -> Arithmetic:
    """Traced from the model's own code for inputs like `x`, once for layers that are alike.

    Counted for a single sample, so that an estimate does not depend on the batch.
    """
    options = tuple(map(_seen, layer.params))
    like = (layer.neuron, layer.fire, options, len(x), x.shape[2:], x.dtype, x.device)
    if like not in _traced:
        _traced[like] = _trace(layer, x)
    return _traced[like]


def _seen(value: Any) -> Any:
    """What of a parameter the code can depend on: a number's value, a tensor's shape."""
    if isinstance(value, Tensor):
        return value.item() if value.numel() == 1 and not value.requires_grad else value.shape
    return value


def _trace(layer: neurons.Layer, x: Tensor) -> Arithmetic:
    wide = torch.promote_types(x.dtype, torch.float32)  # what the backends compute in
    p = type(layer.params)(*(v.to(wide) if isinstance(v, Tensor) else v for v in layer.params))
    sample = x[:, :1].to(wide)
    whole = opcount.count(layer.neuron, p, layer.fire, sample)
    silent = opcount.count(layer.neuron, p, replace(layer.fire, mode="none"), sample)
    silent = {kind: silent.get(kind, 0.0) for kind in whole}
    reset = {kind: whole[kind] - silent[kind] for kind in whole}
    return Arithmetic(silent, reset, _carried(layer.neuron, sample, p))


@torch.no_grad()
def _carried(neuron: neurons.Neuron, x: Tensor, p: Any) -> float:
    """Values per neuron in the state; 0 for a model that sees the whole sequence at once."""
    if neuron.step is None:
        return 0.0
    return sum(v.numel() for v in neuron.initial(x[0], p)) / x[0].numel()

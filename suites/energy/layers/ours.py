"""The neurons of this package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites.energy import inner, opcount
from suites.energy.counts import Call, Sizes, TimeAxis, parameter_bytes
from suites.energy.values import count_spikes, kind_of


class Arithmetic(NamedTuple):
    """What a neuron computes in a step, and how many values it keeps for the next one."""

    without_reset: dict[str, float]  # operations per neuron and step
    reset: dict[str, float]  # operations per emission
    states: float  # 0 for a model that computes the whole sequence at once


_traced: dict[Any, Arithmetic] = {}


def applies_to(module: nn.Module) -> bool:
    return isinstance(module, neurons.Layer)


def observe(module: nn.Module, x: Tensor, y: Tensor, reads: str) -> Call:
    assert isinstance(module, neurons.Layer)
    time = TimeAxis(steps=len(x), batch=x.shape[1], stateful=module.stateful)
    return neuron_call(module.neuron.name, module, x, y, reads, arithmetic(module, x), time)


def observe_inner(module: nn.Module, state: Any, x: Tensor, y: Tensor) -> dict[str, Call]:
    assert isinstance(module, neurons.Layer)
    return inner.observe(module, state, x, y)


def neuron_call(
    name: str,
    module: nn.Module,
    x: Tensor,
    y: Tensor,
    reads: str,
    cost: Arithmetic,
    time: TimeAxis,
    unknown: tuple[str, ...] = (),
) -> Call:
    """Count a call of a layer of neurons: the reset only where a neuron fired."""
    spikes, emissions = map(Tensor.item, count_spikes(y, kind_of(y)))
    operations = {
        kind: number * y.numel() + cost.reset[kind] * emissions
        for kind, number in cost.without_reset.items()
    }
    parameters = (v for n, v in module.named_parameters() if n not in inner.WEIGHTS)
    return Call.from_tensors(
        *("neuron", name, x, y, reads),
        sizes=Sizes(states=cost.states, parameter_bytes=parameter_bytes(parameters)),
        unknown=unknown,
        time=time,
        spikes=spikes,
        operations=operations,
    )


def arithmetic(layer: neurons.Layer, x: Tensor) -> Arithmetic:
    """Return a layer's arithmetic, traced from its model's code for inputs like `x`.

    The products of the layers inside of it are left out, see `suites.energy.inner`.

    It is that of a single sample, so that an estimate does not depend on the batch. Layers with the
    same options share one trace.
    """
    options = tuple(map(_traced_as, layer.params))
    key = (layer.neuron, layer.fire, options, len(x), x.shape[2:], x.dtype, x.device)
    if key not in _traced:
        _traced[key] = _trace(layer, x)
    return _traced[key]


def _traced_as(parameter: Any) -> Any:
    """Return what the code may depend on: a fixed number's value, another tensor's shape."""
    if isinstance(parameter, Tensor):
        fixed = parameter.numel() == 1 and not parameter.requires_grad
        return parameter.item() if fixed else parameter.shape
    return parameter


def _trace(layer: neurons.Layer, x: Tensor) -> Arithmetic:
    wide = torch.promote_types(x.dtype, torch.float32)  # the dtype in which backends compute
    p = type(layer.params)(*(v.to(wide) if isinstance(v, Tensor) else v for v in layer.params))
    sample = x[:, :1].to(wide)
    whole = opcount.count(layer.neuron, p, layer.fire, sample)
    no_reset = opcount.count(layer.neuron, p, replace(layer.fire, mode="none"), sample)
    no_reset = {name: no_reset.get(name, 0.0) for name in whole}
    reset = {name: whole[name] - no_reset[name] for name in whole}
    no_reset |= {name: no_reset[name] - n for name, n in inner.products(p).items() if n}
    return Arithmetic(no_reset, reset, _states(layer.neuron, sample, p))


@torch.no_grad()
def _states(neuron: neurons.Neuron, x: Tensor, p: Any) -> float:
    """Return the values per neuron in the state."""
    if neuron.step is None:
        return 0.0
    return sum(v.numel() for v in neuron.initial(x[0], p)) / x[0].numel()

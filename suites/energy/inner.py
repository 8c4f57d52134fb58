"""The layers inside of our neurons: what their weights read, in entries of their own.

    circuits    W_gt s[t-1] and W_gs s[t-1] of stclif, stcplif and stclmh: a convolution, a product
                over the channels, or one weight per neuron, which read the layer's last spikes
    mix         M a[t] of enhanced DSN: a product of C x C over the channels, which reads analog
                values

`observe` counts them as any other layer; `products` are what a trace of the neuron counts for them,
to be left out there.

Sources: STC (Wang & Yu 2024), Eq. 9-10; DSN (parallel training), section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

import neurons
from suites.energy.counts import Call
from suites.energy.layers.products import Window, convolution_call, linear_call
from suites.energy.ledger import CIRCUIT, MIX
from suites.energy.values import ANALOG, kind_of

CIRCUITS = ("temporal", "spatial")  # the fields of Params with their weights
WEIGHTS = (*CIRCUITS, "mix")


def observe(layer: neurons.Layer, state: Any, x: Tensor, y: Tensor) -> dict[str, Call]:
    """Return a call for each field of Params that is such a weight; none for most models.

    `state` is the layer's state before the call: x [T, N, C, *] and y are its input and spikes.
    """
    p = layer.params
    calls = {}
    if circuits := [name for name in CIRCUITS if getattr(p, name, None) is not None]:
        first = torch.zeros_like(y[:1]) if state is None else state.s[None].to(y)
        spikes = torch.cat([first, y[:-1]])
        calls = {n: _circuit(p, row, getattr(p, n), spikes) for row, n in enumerate(circuits)}
    if getattr(p, "mix", None) is not None:
        calls["mix"] = linear_call(x, p.mix, None, x, ANALOG, MIX)
    return calls


def _circuit(p: Any, row: int, weight: Tensor, spikes: Tensor) -> Call:
    """Count the circuit of `weight`; `row` is its row in `shift`."""
    reads = kind_of(spikes)
    if p.circuit == "self":
        weight, bias = weight[..., None, None], p.shift[row]
        return linear_call(spikes, weight, bias, spikes, reads, CIRCUIT)
    kernel = tuple(weight.shape[2:])
    if not kernel:
        blocks = weight.view(-1, weight.shape[1], weight.shape[1])
        return linear_call(spikes, blocks, None, spikes, reads, CIRCUIT)
    ones, groups = (1,) * len(kernel), len(weight) // weight.shape[1]
    window = Window(ones, tuple(k // 2 for k in kernel), ones, groups=groups)
    call = convolution_call(spikes, weight, None, spikes, reads, window, CIRCUIT)
    return replace(call, shape=tuple(spikes.shape))


def products(p: Any) -> dict[str, float]:
    """Return the multiplications and additions per neuron and step of a trace that are theirs."""
    sizes = [*_inner_sizes(p)]
    adds = (n if getattr(p, "circuit", None) == "self" else n - 1 for n in sizes)
    return {"mul": float(sum(sizes)), "add": float(sum(adds))}


def _inner_sizes(p: Any) -> Iterator[int]:
    """Yield the weights per neuron of each."""
    for name in WEIGHTS:
        weight = getattr(p, name, None)
        if isinstance(weight, Tensor):
            yield 1 if getattr(p, "circuit", None) == "self" else weight[0].numel()

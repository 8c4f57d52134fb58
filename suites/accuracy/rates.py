"""The rates of a network's layers of neurons while it runs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

import neurons


class Rates:
    """Count the spikes of every layer of neurons at every step, while open.

    with Rates(network) as rates:
        network(x)
    rates.mean()
    """

    def __init__(self, network: nn.Module) -> None:
        self._layers = [m for m in network.modules() if isinstance(m, neurons.Layer)]

    def __enter__(self) -> Rates:
        self._sums: dict[nn.Module, Tensor] = {}  # [T], the sums over samples of their rates
        self._samples: dict[nn.Module, int] = dict.fromkeys(self._layers, 0)
        self._next: dict[nn.Module, int] = {}  # the step that follows those counted, in this run
        self._handles = [
            handle
            for layer in self._layers
            for handle in (
                layer.register_forward_pre_hook(self._begin),
                layer.register_forward_hook(self._add),
            )
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _begin(self, layer: nn.Module, _: Any) -> None:
        """Start with the first step, unless the layer goes on from the state of its last call."""
        if layer.state is None:
            self._next[layer] = 0

    def _add(self, layer: nn.Module, _: Any, s: Tensor) -> None:
        """Add the spikes s [T, N, *] of one call."""
        first, summed = self._next[layer], s.detach().flatten(2).mean(2, dtype=torch.float32).sum(1)
        self._next[layer] = first + len(summed)
        before = self._sums.get(layer, summed[:0])
        sums = pad(before, (0, max(0, self._next[layer] - len(before))))
        sums[first : self._next[layer]] += summed
        self._sums[layer] = sums
        self._samples[layer] += s.shape[1] if first == 0 else 0

    def mean(self) -> list[list[float]]:
        """Return the spikes per neuron and sample, by layer and step."""
        return [(self._sums[m] / self._samples[m]).tolist() for m in self._layers]

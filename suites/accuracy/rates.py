"""The rates of a network's layers of neurons while it runs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

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
        self._handles = [layer.register_forward_hook(self._add) for layer in self._layers]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _add(self, layer: nn.Module, _: Any, s: Tensor) -> None:
        """Add the spikes s [T, N, *] of one call."""
        summed = s.detach().flatten(2).mean(2, dtype=torch.float32).sum(1)
        self._sums[layer] = self._sums.get(layer, 0) + summed
        self._samples[layer] += s.shape[1]

    def mean(self) -> list[list[float]]:
        """Return the spikes per neuron and sample, by layer and step."""
        return [(self._sums[m] / self._samples[m]).tolist() for m in self._layers]

"""Let a network that predicts the next step go on from its own predictions.

The first steps are given. Each later input is the true one with probability `share`, sample by
sample, else the network's last output: share 1 is teacher forcing, 0 a free run. Scheduled sampling
(Bengio et al. 2015) lets it fall from 1 to 0 in training; STC trains so (Tables 8 and 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

import neurons


def run(network: nn.Module, x: Tensor, read: int, share: float = 0.0) -> Tensor:
    """Return the outputs for x [T, N, *], of which the first `read` steps are given.

    Raise NotImplementedError for a neuron that reads all steps at once.
    """
    if share == 1:
        return network(x)
    with _stateful(network):
        outputs = [network(x[:read])]
        for truth in x[read:]:
            own = outputs[-1][-1]
            given = torch.rand(len(own), device=x.device) < share
            step = torch.where(given.view(-1, *(1,) * (own.ndim - 1)), truth, own)
            outputs.append(network(step[None]))
    return torch.cat(outputs)


@contextmanager
def _stateful(network: nn.Module) -> Iterator[None]:
    """Let all layers of neurons keep their state from call to call, while open."""
    layers = [module for module in network.modules() if isinstance(module, neurons.Layer)]
    for layer in layers:
        if layer.neuron.step is None:
            name = layer.neuron.name
            raise NotImplementedError(f"{name} reads all steps at once; it cannot go on by itself")
    try:
        for layer in layers:
            layer.stateful = True
            layer.reset_state()
        yield
    finally:
        for layer in layers:
            layer.stateful = False
            layer.reset_state()

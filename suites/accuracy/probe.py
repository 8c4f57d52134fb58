"""What happens inside a network's layers of neurons at every step: rates, potentials, gradients.

The potential u is the distance to the threshold that `fire` gets. A neuron is available at a step
if the surrogate's derivative there is not 0: otherwise no gradient passes it (DS-ATGO, Fig. 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import neurons
from suites import pictures
from suites.accuracy.task import Split
from suites.analysis.trajectory import slope_at, width_of
from suites.pictures import Picture


class Inside(NamedTuple):
    """A layer of neurons, with one number per step in each list."""

    name: str  # in the network
    mean: list[float]  # of u
    std: list[float]  # of u
    width: list[float]  # of the surrogate's window; NaN for a surrogate without one
    rate: list[float]  # spikes per neuron
    available: list[float]  # share of neurons with a gradient
    gradient: list[float]  # norm of the loss's gradient by the spikes


FIELDS = Inside._fields[1:]


def probe(network: nn.Module, split: Split, loss: Any) -> list[Inside]:
    """Return what the layers do on the samples of a split; the weights stay as they are."""
    layers = {n: m for n, m in network.named_modules() if isinstance(m, neurons.Layer)}
    fires = {name: layer.fire for name, layer in layers.items()}
    decisions: dict[str, Sequence[Any]] = {}
    spikes: dict[str, Tensor] = {}
    handles = []
    for name, layer in layers.items():
        layer.fire, decisions[name] = neurons.recording(layer.fire)
        handles.append(layer.register_forward_hook(_keeper(spikes, name)))
    try:
        x = split.x.detach().requires_grad_(split.x.is_floating_point())
        with torch.enable_grad():
            total = loss.loss(network(x), split.y)
        grads = torch.autograd.grad(total, [spikes[name] for name in layers])
    finally:
        for name, handle in zip(layers, handles, strict=True):
            layers[name].fire = fires[name]
            handle.remove()
    triples = zip(layers, spikes.values(), grads, strict=True)
    return [_inside(name, decisions[name], s.detach(), grad) for name, s, grad in triples]


def _keeper(spikes: dict[str, Tensor], name: str) -> Any:
    def keep(_: nn.Module, inputs: Any, s: Tensor) -> None:
        spikes[name] = s

    return keep


def _inside(name: str, decisions: Sequence[Any], s: Tensor, grad: Tensor) -> Inside:
    """Return the numbers of a layer from its decisions, its spikes [T, N, *] and their gradient."""
    T = len(s)
    u = torch.cat([d.u.detach().reshape(-1, *s.shape[1:]) for d in decisions])
    u = u.view(T, -1) if len(decisions) == T else u.view(-1, T, *s.shape[1:]).transpose(0, 1)
    slopes = torch.cat([slope_at(d.surrogate, d.u).flatten() for d in decisions])
    widths = [width_of(d.surrogate) for d in decisions]
    values = (
        u.flatten(1).mean(1),
        u.flatten(1).std(1),
        torch.tensor((widths * T)[:T]),
        s.flatten(1).mean(1),
        (slopes != 0).float().view(T, -1).mean(1),
        grad.flatten(1).norm(dim=1),
    )
    return Inside(name, *(v.tolist() for v in values))


def heat_maps(layers: Sequence[Inside], names: Sequence[str] = FIELDS) -> list[Picture]:
    """Return a field per layer and step for each of the named quantities."""
    titles = {
        "mean": "Mean of the potential, from the threshold",
        "std": "Spread of the potential",
        "width": "Width of the surrogate's window",
        "rate": "Spikes per neuron",
        "available": "Share of neurons with a gradient",
        "gradient": "Norm of the loss's gradient",
    }
    rows = [f"layer {n}" for n in range(1, len(layers) + 1)]
    columns = [str(t) for t in range(len(layers[0].rate))]
    return [
        pictures.heat(
            titles[name],
            [getattr(layer, name) for layer in layers],
            rows=rows,
            columns=columns,
            x_label="step",
        )
        for name in names
    ]

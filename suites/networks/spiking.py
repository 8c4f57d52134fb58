"""The layers of neurons in a network, and the layers between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

import neurons

DIGITS = {"0": "lif", "1": "llif", "2": "slif"}  # ST-DANO, Table 3


class PerStep(nn.Sequential):
    """Layers without a time axis, applied to every step of [T, N, *]."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def neuron_layers(models: str | Sequence[str], count: int, **options: Any) -> Iterator[nn.Module]:
    """Return `count` layers of neurons, all of one model or of a list of models in their order."""
    names = [models] * count if isinstance(models, str) else list(models)
    if len(names) != count:
        raise ValueError(f"{len(names)} models were named; the network has {count} layers")
    return (neuron_layer(name, **options) for name in names)


def neuron_layer(model: str, **options: Any) -> nn.Module:
    """Build a layer of neurons, or for "relu" that of an ANN, which ignores the options."""
    return nn.ReLU() if model == "relu" else neurons.Layer(model, **options)


def models_of(digits: str) -> list[str]:
    """Return the models of one of ST-DANO's configurations, from input to output."""
    if unknown := set(digits) - set(DIGITS):
        raise ValueError(f"{digits!r} has {min(unknown)!r}; known: 0 lif, 1 llif, 2 slif")
    return [DIGITS[digit] for digit in digits]

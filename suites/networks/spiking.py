"""The layers of neurons in a network, and the layers between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

import neurons

DIGITS = {"0": "lif", "1": "llif", "2": "slif"}  # ST-DANO, Table 3


class Each(nn.Sequential):
    """Layers that know no time, run on every step of [T, N, *]."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def layers(neuron: str | Sequence[str], count: int, **options: Any) -> Iterator[nn.Module]:
    """`count` layers from input to output: all of one model, or of as many as there are names."""
    names = [neuron] * count if isinstance(neuron, str) else list(neuron)
    if len(names) != count:
        raise ValueError(f"{len(names)} neurons were named; the network has {count} layers of them")
    return (layer(name, **options) for name in names)


def layer(name: str, **options: Any) -> nn.Module:
    """A layer of neurons, or the ReLU that stands there in an ANN, which has no options."""
    return nn.ReLU() if name == "relu" else neurons.Layer(name, **options)


def configured(digits: str) -> list[str]:
    """The models that one of ST-DANO's configurations stands for, from input to output."""
    if unknown := set(digits) - set(DIGITS):
        raise ValueError(f"{digits!r} has {min(unknown)!r}; known: 0 lif, 1 llif, 2 slif")
    return [DIGITS[digit] for digit in digits]

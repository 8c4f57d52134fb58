"""DSN with other structures of its decay (Table 2). The paper prints no equations: our reading.

    alpha[t] = sigmoid(a[t])^(1/tau),    h[t] = alpha[t] h[t-1] + (1 - alpha[t]) x[t]

causal          a = a causal convolution of each channel over the last k = 4 inputs
connected       a = W x[t] + b, W [C, C]
low-rank        a = U V x[t] + b, U [C, C/8], V [C/8, C]
inter-channel   a = a convolution over neighbouring channels of x[t], k = 4, one filter for all
none            a = b, one number per channel: no decay that depends on the input
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

import neurons
from suites.accuracy.networks import Layers

TAU, K, RANK = 0.25, 4, 8


class Neighbours(nn.Module):
    """A convolution over channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, K)

    def forward(self, x: Tensor) -> Tensor:
        rows = pad(x.flatten(0, 1)[:, None], (K - 1, 0))
        return self.conv(rows)[:, 0].view(x.shape)


class Constant(nn.Module):
    """A bias per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-(K**-0.5), K**-0.5))

    def forward(self, x: Tensor) -> Tensor:
        return self.bias.expand(x.shape)


STRUCTURES: dict[str, Callable[[int], nn.Module]] = {
    "connected": lambda channels: nn.Linear(channels, channels),
    "low-rank": lambda channels: nn.Sequential(
        nn.Linear(channels, channels // RANK, bias=False), nn.Linear(channels // RANK, channels)
    ),
    "inter-channel": lambda channels: Neighbours(),
    "none": Constant,
}


class Decay(nn.Module):
    """A layer of DSN neurons with such a decay, [T, N, C] in and out."""

    def __init__(self, structure: nn.Module) -> None:
        super().__init__()
        self.structure = structure
        self.fire = neurons.Layer("dsn").fire

    def forward(self, x: Tensor) -> Tensor:
        alpha = torch.sigmoid(self.structure(x)) ** (1 / TAU)
        h, rows = torch.zeros_like(x[0]), []
        for a, value in zip(alpha, x, strict=True):
            h = a * h + (1 - a) * value
            rows.append(h)
        return self.fire(torch.stack(rows))


def layers(structure: str, channels: int) -> Layers:
    """Return what yields layers with a structure of STRUCTURES."""

    def build(count: int) -> Iterator[nn.Module]:
        return (Decay(STRUCTURES[structure](channels)) for _ in range(count))

    return build

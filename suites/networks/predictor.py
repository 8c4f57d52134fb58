"""The four layers that predict the next frame of a film.

    patches 2 x 2 - (Conv 256, k=5 - GroupNorm - neuron) x 3 - Conv 1x1 - patches back

No convolution has a bias. Every frame is one step; to go on beyond the film, build it with
`stateful=True` and feed it what it predicted, frame by frame: 10 frames in and 10 out are 19 steps.

Source: STC (Wang & Yu 2024), section 5 and appendix A, Moving MNIST.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from suites.networks import spiking
from suites.networks.spiking import Each

PATCH, GROUPS = 2, 16


class Predictor(nn.Sequential):
    """[T, N, C, H, W] -> the same, each step's guess of the frame after it."""

    def forward(self, x: Tensor) -> Tensor:
        return pixel_shuffle(super().forward(pixel_unshuffle(x, PATCH)), PATCH)


def predictor(
    neuron: str | Sequence[str], channels: int = 1, width: int = 256, **options: Any
) -> Predictor:
    """Three layers of neurons; `norm=True` gives stclif's circuits the paper's GroupNorm."""
    pixels = channels * PATCH**2
    made: list[nn.Module] = []
    inside = pixels
    for fire in spiking.layers(neuron, 3, **options):
        conv = nn.Conv2d(inside, width, 5, padding=2, bias=False)
        made += [Each(conv, nn.GroupNorm(GROUPS, width)), fire]
        inside = width
    return Predictor(*made, Each(nn.Conv2d(width, pixels, 1, bias=False)))

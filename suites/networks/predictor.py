"""A network of four layers that predicts the next frame of a video.

    patches 2 x 2 - (Conv 256, k=5 - GroupNorm - neuron) x 3 - Conv 1x1 - patches back

No convolution has a bias. Every frame is one step. To predict more frames than the next one, build
it with `stateful=True` and pass each prediction to it as the next input: to read 10 frames and to
predict 10 takes 19 steps.

Source: STC (Wang & Yu 2024), section 5 and appendix A, Moving MNIST.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from suites.networks import spiking
from suites.networks.spiking import PerStep

PATCH, GROUPS = 2, 16


class Predictor(nn.Sequential):
    """[T, N, C, H, W] -> [T, N, C, H, W], at each step the prediction of the next frame."""

    def forward(self, x: Tensor) -> Tensor:
        return pixel_shuffle(super().forward(pixel_unshuffle(x, PATCH)), PATCH)


def predictor(
    models: str | Sequence[str], channels: int = 1, width: int = 256, **options: Any
) -> Predictor:
    """Build it with 3 layers of neurons; `norm=True` adds the GroupNorm to stclif's circuits."""
    pixels = channels * PATCH**2
    layers: list[nn.Module] = []
    in_channels = pixels
    for neurons in spiking.neuron_layers(models, 3, **options):
        conv = nn.Conv2d(in_channels, width, 5, padding=2, bias=False)
        layers += [PerStep(conv, nn.GroupNorm(GROUPS, width)), neurons]
        in_channels = width
    return Predictor(*layers, PerStep(nn.Conv2d(width, pixels, 1, bias=False)))

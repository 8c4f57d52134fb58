"""A network of four layers that predicts the next frame of a video.

    patches - (Conv 256, k=5 - GroupNorm - neuron) x 3 - Conv 1x1 - patches back

No convolution has a bias. Every frame is one step. To predict more frames than the next one, build
it with `stateful=True` and pass each prediction to it as the next input: to read 10 frames and to
predict 10 takes 19 steps.

Frames are cut into patches of 2 x 2 (Moving MNIST) or 4 x 4 (KTH), or not at all (TaxiBJ), so that
the layers see 32 x 32 of them. "lif" is the paper's: m[t] = v[t-1] / 2 + x[t] / 2, soft reset, the
surrogate of its STC-LIF; other options may be given.

Source: STC (Wang & Yu 2024), Eq. 1-4, section 5, appendix A with Tables 8 and 9.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from suites.networks import spiking
from suites.networks.spiking import Models, ModelWithOptions, PerStep

GROUPS = 16
PATCHES = {"moving_mnist": 2, "kth": 4, "taxibj": 1}  # pixels along a side
LIF = {"tau": 2.0, "decay_input": True, "reset": "soft", "surrogate": "sigmoid"}


class Predictor(nn.Sequential):
    """[T, N, C, H, W] -> [T, N, C, H, W], at each step the prediction of the next frame."""

    patch = PATCHES["moving_mnist"]

    def forward(self, x: Tensor) -> Tensor:
        return pixel_shuffle(super().forward(pixel_unshuffle(x, self.patch)), self.patch)


def predictor(
    models: Models,
    channels: int = 1,
    width: int = 256,
    patch: int = PATCHES["moving_mnist"],
    **options: Any,
) -> Predictor:
    """Build it with 3 layers of neurons; `norm=True` adds the GroupNorm to stclif's circuits.

    `patch` are the pixels along a side of a patch; H and W are multiples of it.
    """
    pixels = channels * patch**2
    if not callable(models):
        names = [models] * 3 if isinstance(models, str) else models
        lif = ModelWithOptions("lif", LIF | options)
        models = [lif if name == "lif" else name for name in names]
    layers: list[nn.Module] = []
    in_channels = pixels
    for neurons in spiking.neuron_layers(models, 3, **options):
        conv = nn.Conv2d(in_channels, width, 5, padding=2, bias=False)
        layers += [PerStep(conv, nn.GroupNorm(GROUPS, width)), neurons]
        in_channels = width
    net = Predictor(*layers, PerStep(nn.Conv2d(width, pixels, 1, bias=False)))
    net.patch = patch
    return net

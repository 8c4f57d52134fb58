"""VGG: stages of convolutions, with a mean pool after each stage.

Source: `vgg11`, `vgg13` and `vgg16` as in CLIF (Huang et al. 2024), Table 6, and the authors' code;
`vggsnn` is DS-ATGO's Table 5, after Deng et al. 2022.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from suites.networks import spiking
from suites.networks.spiking import Models, PerStep

PLANS = {  # convolutions by stage
    "vgg11": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "vgg13": ((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)),
    "vgg16": ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
    "vggsnn": ((64, 128), (256, 256), (512, 512), (512, 512)),
}


CLIF_DROPOUT = {"cifar10": 0.0, "dvsgesture": 0.4}  # CLIF, Table 4: rates in training


class Dropout(nn.Dropout):
    """Dropout of [T, N, *] with one mask for all steps, as SpikingJelly's."""

    def forward(self, x: Tensor) -> Tensor:
        return x * super().forward(torch.ones_like(x[:1])) if self.training and self.p else x


def vgg(
    plan: str,
    models: Models,
    classes: int = 10,
    channels: int = 3,
    dropout: float = 0.0,
    **options: Any,
) -> nn.Sequential:
    """Build [T, N, channels, H, W] -> [T, N, classes], a layer of neurons per convolution.

    Convolutions have a bias, and the classifier reads 7 x 7 means for any size of the input.
    `dropout` is the rate at which, in training, neurons are silenced for all steps, in every layer;
    0 leaves the layers of dropout out. The paper's rates are in `CLIF_DROPOUT`.
    """
    head = PerStep(nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(512 * 49, classes))
    return nn.Sequential(*_stages(plan, models, channels, True, dropout, options), head)


def vggsnn(models: Models, classes: int = 10, channels: int = 2, **options: Any) -> nn.Sequential:
    """Build it as `vgg`, without biases; the classifier reads all outputs of the last stage."""
    head = PerStep(nn.Flatten(), nn.LazyLinear(classes))
    return nn.Sequential(*_stages("vggsnn", models, channels, False, 0.0, options), head)


def _stages(
    plan: str,
    models: Models,
    channels: int,
    bias: bool,
    dropout: float,
    options: dict[str, Any],
) -> list[nn.Module]:
    layers: list[nn.Module] = []
    neurons = spiking.neuron_layers(models, sum(map(len, PLANS[plan])), **options)
    for stage in PLANS[plan]:
        for width in stage:
            conv = nn.Conv2d(channels, width, 3, padding=1, bias=bias)
            layers += [PerStep(conv, nn.BatchNorm2d(width)), next(neurons)]
            layers += [Dropout(dropout)] if dropout else []
            channels = width
        layers.append(PerStep(nn.AvgPool2d(2)))
    return layers

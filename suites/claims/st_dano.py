"""ST-DANO: the configurations of Tables 3 and 8 have one digit per layer of neurons."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import torch

import neurons
from suites.claims.claim import Claim, Printed, Table
from suites.networks.preact_resnet import resnet18
from suites.networks.vgg import vgg

COLUMN = "configuration(0=LIF,1=LLIF,2=SLIF, input to output)"


def claims() -> Iterator[Claim]:
    for row in Table("stdano_table3_8.csv").rows:
        printed = Printed(len(row[COLUMN]), 1)
        case = f"{row['dataset']} {row['architecture']} T={row['T']}: {row[COLUMN]}"
        yield Claim(
            "ST-DANO Tables 3, 8",
            case,
            printed,
            layers(row["architecture"]),
            "layers",
            "digits, and layers of neurons in our network",
        )


def network(architecture: str, neuron: str | list[str]) -> torch.nn.Module:
    """Build ResNet-18 or a VGG by the paper's name; `neuron` is one model or one per layer."""
    if architecture == "ResNet-18":
        return resnet18(neuron)
    return vgg(architecture.lower().replace("-", ""), neuron)


@cache
def layers(architecture: str) -> int:
    """Return the number of layers of neurons in a network."""
    with torch.device("meta"):
        net = network(architecture, "lif")
    return sum(isinstance(module, neurons.Layer) for module in net.modules())

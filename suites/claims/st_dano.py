"""ST-DANO: the configurations of Tables 3 and 8 have a digit per layer of neurons."""

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
        figure = Printed(len(row[COLUMN]), 1)
        where = f"{row['dataset']} {row['architecture']} T={row['T']}: {row[COLUMN]}"
        yield Claim(
            "ST-DANO Tables 3, 8",
            where,
            figure,
            layers(row["architecture"]),
            "layers",
            "digits, and layers of neurons in our network",
        )


def network(architecture: str, neuron: str | list[str]) -> torch.nn.Module:
    """ResNet-18 or a VGG by the paper's name, of one neuron or of `spiking.configured` ones."""
    if architecture == "ResNet-18":
        return resnet18(neuron)
    return vgg(architecture.lower().replace("-", ""), neuron)


@cache
def layers(architecture: str) -> int:
    """The layers of neurons in a network."""
    with torch.device("meta"):
        made = network(architecture, "lif")
    return sum(isinstance(module, neurons.Layer) for module in made.modules())

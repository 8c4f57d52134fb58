"""ST-DANO: the configurations of Tables 3 and 8, and what section 5.2 says of those in Table 3.

A configuration has one digit per layer of neurons, from input to output: 0 LIF, 1 LLIF, 2 SLIF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import torch

import neurons
from suites.claims.claim import Claim, Printed, Table
from suites.networks.preact_resnet import resnet18
from suites.networks.spiking import Models
from suites.networks.vgg import PLANS, vgg

COLUMN = "configuration(0=LIF,1=LLIF,2=SLIF, input to output)"


class Statement(NamedTuple):
    """A sentence of the paper about the configurations of some data sets in Table 3."""

    text: str
    datasets: tuple[str, ...]
    holds: Callable[[str], bool]  # for one configuration
    why: str = ""  # it does not hold for all of them


STATIC, EVENTS = ("CIFAR-10", "CIFAR-100"), ("DVS-CIFAR-10", "DVS-Gesture")
STATEMENTS = (
    Statement("first layer is SLIF", STATIC, lambda c: c[0] == "2"),
    Statement(
        "fifth layer is SLIF", STATIC, lambda c: c[4] == "2", "LIF in CIFAR-10's of T = 6 and 8"
    ),
    Statement("layers 2, 3 and 4 are LIF", STATIC, lambda c: c[1:4] == "000"),
    Statement("of the last four, as many LLIF as others", STATIC, lambda c: c[-4:].count("1") >= 2),
    Statement(
        *("more LLIF than others", EVENTS, lambda c: 2 * c.count("1") > len(c)),
        "mostly LIF in both of DVS-CIFAR-10's and in DVS-Gesture's of T = 8",
    ),
    Statement(
        *("LLIF dominates", EVENTS[1:], lambda c: 2 * c.count("1") > len(c)),
        "the one of T = 8, 11000001, has 3 LLIF in 8 layers",
    ),
)
MAIN = {  # the networks of Table 3; the others are those of Table 8
    *(("CIFAR-10", "ResNet-18"), ("CIFAR-100", "ResNet-18"), ("Tiny-ImageNet", "VGG-13")),
    *(("DVS-CIFAR-10", "VGG-11"), ("DVS-Gesture", "VGG-11")),
}
# Section 4.2: LLIF-X has LLIF in the layers of the X-th block, and LIF elsewhere.
BLOCK = 4


def claims() -> Iterator[Claim]:
    yield from _lengths()
    yield from _prose()


def _prose() -> Iterator[Claim]:
    """Count the configurations of Table 3 for which each sentence holds."""
    rows = Table("stdano_table3_8.csv").rows
    table3 = [r for r in rows if (r["dataset"], r["architecture"]) in MAIN]
    for statement in STATEMENTS:
        chosen = [r[COLUMN] for r in table3 if r["dataset"] in statement.datasets]
        case = f"{', '.join(statement.datasets)}: {statement.text}"
        printed, ours = Printed(len(chosen), 1), sum(map(statement.holds, chosen))
        method = (
            "configurations of Table 3 for which the text's sentence holds, of all it speaks of"
        )
        yield Claim("ST-DANO text", case, printed, ours, "strings", method, why=statement.why)
    stages = [str(int(i == BLOCK)) * len(s) for i, s in enumerate(PLANS["vgg11"], 1)]
    (digits,) = (r[COLUMN] for r in table3 if (r["dataset"], r["T"]) == ("DVS-CIFAR-10", "10"))
    same = sum(a == b for a, b in zip(digits, "".join(stages), strict=True))
    case, method = "DVS-CIFAR-10 T=10 is LLIF-4 of VGG-11", "equal digits"
    yield Claim("ST-DANO text", case, Printed(len(digits), 1), same, "layers", method)


def _lengths() -> Iterator[Claim]:
    """Compare the digits of each configuration with the layers of neurons in our network."""
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


def network(architecture: str, neuron: Models) -> torch.nn.Module:
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

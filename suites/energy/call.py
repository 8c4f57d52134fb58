"""What one call of one layer tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

BINARY, INTEGER, ANALOG = "binary", "integer", "analog"
INPUTS = (BINARY, INTEGER, ANALOG)  # each holds the ones before it


def kind_of(x: Tensor) -> str:
    """What the values of `x` are: "binary" (0, 1), "integer" (also -1, 2) or "analog"."""
    if _analog(x.flatten()[:256]) or _analog(x):  # a glimpse settles most of them
        return ANALOG
    return BINARY if bool(((x == 0) | (x == 1)).all()) else INTEGER


def _analog(x: Tensor) -> bool:
    return not torch.equal(x, x.round())


def tally(counts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The sum of several counts of operations, by name."""
    total: dict[str, float] = defaultdict(float)
    for operations in counts:
        for name, number in operations.items():
            total[name] += number
    return dict(total)


class Clock(NamedTuple):
    """How a neuron layer was stepped: only neurons know what the time axis is."""

    steps: int
    batch: int
    carries: bool  # the state goes from call to call: the steps of several calls add up


@dataclass(frozen=True)
class Call:
    """The facts of one call, summed over all samples and steps in it.

    Attributes
    ----------
    kind
        "linear", "conv", "neuron", "activation", "norm", "pool" or "other".
    model
        The neuron's name, else the module's class.
    shape
        Of the input, with time and batch.
    inputs, outputs
        Elements read and made.
    reads
        What the inputs are, see `kind_of`.
    spikes
        Sum of the spikes read, or emitted by a neuron; a spike k counts k.
    macs
        Multiply-accumulates if no input were zero, padding included.
    acs
        Sum over spikes of k times fan-out; a spike at the rim does not feed the padding.
    events
        As `acs`, with every spike counted once.
    operations
        Other arithmetic by name, as `neurons.count` calls it.
    weights, biased
        Weight elements of the layer, and outputs that get a bias.
    fan, kernel, stride
        Weights that each input meets where the stride is 1, and a convolution's sizes.
    states
        Values that a neuron carries from step to step.
    clock
        For a neuron, how it was stepped.
    """

    kind: str
    model: str
    shape: tuple[int, ...] = ()
    inputs: int = 0
    outputs: int = 0
    reads: str = ANALOG
    spikes: float = 0.0
    macs: int = 0
    acs: float = 0.0
    events: float = 0.0
    operations: Mapping[str, float] = field(default_factory=dict)
    weights: int = 0
    biased: int = 0
    fan: int = 0
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    states: float = 0.0
    clock: Clock | None = None

    @classmethod
    def of(cls, kind: str, model: str, x: Tensor, y: Tensor, **facts: Any) -> Call:
        """A call that read `x` and made `y`."""
        return cls(kind, model, tuple(x.shape), x.numel(), y.numel(), **facts)

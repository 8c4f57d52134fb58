"""What one call of one layer tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

BINARY, INTEGER, ANALOG = "binary", "integer", "analog"
INPUTS = (BINARY, INTEGER, ANALOG)  # each holds the ones before it
BITS = {BINARY: 1, INTEGER: 8}  # of a value that is kept or moved; analog ones have their dtype's

# By tensor, with its version then: what a layer makes is what the next one reads.
_known: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


def kind_of(x: Tensor) -> str:
    """What the values of `x` are: "binary" (0, 1), "integer" (also -1, 2) or "analog"."""
    whole = x if x._base is None or not _same(x, x._base) else x._base
    if whole.is_inference() or whole._is_view():  # it has no version, or is a part of another
        return _look(x)
    then, kind = _known.get(whole, (None, ""))
    if then != whole._version:
        kind = _look(x)
        _known[whole] = (whole._version, kind)
    return kind


def _same(x: Tensor, whole: Tensor) -> bool:
    """Whether a view has all elements of its base, each once."""
    return x.numel() == whole.numel() and x.is_contiguous() and whole.is_contiguous()


def _look(x: Tensor) -> str:
    if x.dtype is torch.bool or x.is_complex():
        return ANALOG if x.is_complex() else BINARY
    glimpse = x.flatten()[:256]  # which settles most of them
    if not _whole(glimpse):
        return ANALOG
    if _binary(glimpse) and _binary(x):
        return BINARY
    return INTEGER if _whole(x) else ANALOG


def _binary(x: Tensor) -> bool:
    """x - x^2 is 0 at 0 and 1 alone; this takes half the time of comparing them."""
    return not bool(torch.addcmul(x, x, x, value=-1).abs_().sum())


def _whole(x: Tensor) -> bool:
    return torch.equal(x, x.round())


def spikes(x: Tensor, kind: str, axes: int = 0) -> tuple[Tensor, Tensor]:
    """Those at each place of the last `axes` axes: with their size, and counted once."""
    x = x.reshape(-1, *x.shape[x.ndim - axes :])
    if kind != BINARY:
        return x.abs().sum(0, dtype=torch.float64), spikes(x.bool().float(), BINARY, axes)[0]
    exact = x.dtype is torch.float32 and len(x) < 2**24
    total = x.sum(0, dtype=torch.float32 if exact else torch.float64)
    return total, total


def size(x: Tensor, kind: str) -> float:
    """Bytes of values of a kind: 1 bit of a binary one, 1 byte of an integer."""
    return x.numel() * BITS.get(kind, 8 * x.element_size()) / 8


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


class Call(NamedTuple):
    """The facts of one call, summed over all samples and steps in it.

    Attributes
    ----------
    kind
        "linear", "conv", "neuron", "activation", "norm" or "pool"; outside of the layers that are
        known, "matmul" of two computed factors, or other "arithmetic".
    model
        The neuron's name, the module's class, or torch's name of the operation.
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
    unknown
        Work that could not be counted.
    weights, biased
        Weight elements of the layer, and outputs that get a bias.
    fan, kernel, stride
        Weights that each input meets where the stride is 1, and a convolution's sizes.
    states
        Values that a neuron carries from step to step.
    sizes
        Bytes of the inputs, of the outputs and of the parameters, see `size`.
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
    operations: Mapping[str, float] = MappingProxyType({})
    unknown: tuple[str, ...] = ()
    weights: int = 0
    biased: int = 0
    fan: int = 0
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    states: float = 0.0
    sizes: tuple[float, float, float] = (0.0, 0.0, 0.0)
    clock: Clock | None = None

    @classmethod
    def of(
        cls,
        kind: str,
        model: str,
        x: Tensor,
        y: Tensor,
        reads: str = ANALOG,
        parameters: Iterable[Tensor | None] = (),
        **facts: Any,
    ) -> Call:
        """A call that read `x` and made `y` with the help of `parameters`."""
        kept = sum(p.numel() * p.element_size() for p in parameters if p is not None)
        sizes = (size(x, reads), size(y, kind_of(y)), float(kept))
        counts = (tuple(x.shape), x.numel(), y.numel())
        return cls(kind, model, *counts, reads=reads, sizes=sizes, **facts)

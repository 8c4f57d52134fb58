"""What is counted: in one call of a layer, and in the ledger per sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from torch import Tensor

from suites.energy.values import ANALOG, byte_size, kind_of


def sum_by_name(counts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the sum of several counts of operations, by name."""
    total: dict[str, float] = defaultdict(float)
    for operations in counts:
        for name, number in operations.items():
            total[name] += number
    return dict(total)


@dataclass(frozen=True)
class Counts:
    """Counts of a layer's work: `+` joins calls, `/` gives those per sample or step.

    Attributes
    ----------
    inputs, outputs
        Elements read and returned.
    input_bytes, output_bytes
        Their size in memory, see `byte_size`.
    spikes
        Sum of the spikes read or, for a neuron, emitted; a spike k counts k.
    macs
        Multiply-accumulates as if no input were zero, padding included.
    acs
        Accumulations: k for each spike k and each output that it reaches. A spike at the border
        reaches fewer outputs.
    events
        As `acs`, with every spike counted once.
    biased
        Outputs to which a bias is added.
    operations
        Other arithmetic by name, with the names of `opcount.count`.
    """

    inputs: float = 0
    outputs: float = 0
    input_bytes: float = 0
    output_bytes: float = 0
    spikes: float = 0
    macs: float = 0
    acs: float = 0
    events: float = 0
    biased: float = 0
    operations: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        sums = {name: getattr(self, name) + getattr(other, name) for name in _NUMBERS}
        return Counts(**sums, operations=sum_by_name((self.operations, other.operations)))

    def __truediv__(self, number: float) -> Counts:
        return self._map(lambda count: count / number)

    def __mul__(self, number: float) -> Counts:
        return self._map(lambda count: count * number)

    def _map(self, function: Callable[[float], float]) -> Counts:
        numbers = {name: function(getattr(self, name)) for name in _NUMBERS}
        operations = {name: function(number) for name, number in self.operations.items()}
        return Counts(**numbers, operations=operations)


_NUMBERS = [f.name for f in fields(Counts) if f.name != "operations"]


class Sizes(NamedTuple):
    """What does not depend on a layer's input.

    Attributes
    ----------
    weights
        Elements of the weight.
    fan
        Weights that multiply each input, where the stride is 1.
    kernel, stride
        Of a convolution.
    states
        Values that each neuron keeps from step to step.
    parameter_bytes
        Of all parameters.
    """

    weights: int = 0
    fan: int = 0
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    states: float = 0.0
    parameter_bytes: float = 0.0


NO_SIZES = Sizes()


def parameter_bytes(parameters: Iterable[Tensor | None]) -> float:
    """Return the bytes of some parameters; None stands for one that a layer does not have."""
    return float(sum(p.numel() * p.element_size() for p in parameters if p is not None))


class TimeAxis(NamedTuple):
    """The time axis of a call. Only layers of neurons have one."""

    steps: int
    batch: int
    stateful: bool  # the next call continues from this one, so that their steps add up


@dataclass(frozen=True)
class Call:
    """One call of a layer, with counts over all samples and steps in it.

    Attributes
    ----------
    kind
        "linear", "conv", "neuron", "activation", "norm" or "pool"; between the layers, "matmul" for
        a product of two computed tensors, or "arithmetic".
    operation
        The neuron's model, the module's class, or torch's name of the operation; "circuit" or
        "mix" for a layer inside of neurons.
    reads
        What the values of the input are, see `kind_of`.
    shape
        Of the input, with time and batch.
    unknown
        Work that could not be counted.
    time
        The time axis, for a neuron.
    """

    kind: str
    operation: str
    reads: str
    shape: tuple[int, ...]
    counts: Counts
    sizes: Sizes = NO_SIZES
    unknown: tuple[str, ...] = ()
    time: TimeAxis | None = None

    @classmethod
    def from_tensors(
        cls,
        kind: str,
        operation: str,
        x: Tensor,
        y: Tensor,
        reads: str = ANALOG,
        *,
        sizes: Sizes = NO_SIZES,
        unknown: tuple[str, ...] = (),
        time: TimeAxis | None = None,
        **counts: Any,
    ) -> Call:
        """Build the call that read `x` and returned `y`, with further counts by name."""
        all_counts = Counts(
            inputs=x.numel(),
            outputs=y.numel(),
            input_bytes=byte_size(x, reads),
            output_bytes=byte_size(y, kind_of(y)),
            **counts,
        )
        return cls(kind, operation, reads, tuple(x.shape), all_counts, sizes, unknown, time)

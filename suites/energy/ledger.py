"""The ledger: what each layer of a network does, from which its energy is estimated."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from suites.energy.counts import Counts, Sizes, sum_by_name
from suites.energy.values import ANALOG

STATE_BYTES = 4  # of a value that a neuron keeps, for any dtype of the input
CIRCUIT, MIX = INNER = ("circuit", "mix")  # the layers inside of neurons, see `suites.energy.inner`


@dataclass(frozen=True)
class Entry:
    """One layer.

    Attributes
    ----------
    name
        Where the layer is in the network.
    kind, operation
        As in `counts.Call`.
    reads
        What the values of the input are: binary, integer or analog.
    steps
        How many times the layer runs per sample.
    repeated
        Whether it has weights and reads the same values at every step.
    rate
        Spikes per element and step, read or, for a neuron, emitted; 0 for analog input.
    per_sample
        The counts of one sample, summed over its steps.
    sizes
        What does not depend on the input.
    unknown
        Work that could not be counted.
    """

    name: str
    kind: str
    operation: str
    reads: str
    steps: int
    repeated: bool
    rate: float
    per_sample: Counts
    sizes: Sizes
    unknown: tuple[str, ...]

    @cached_property
    def per_step(self) -> Counts:
        """The counts of one step of one sample, on average."""
        return self.per_sample / self.steps

    @property
    def bytes(self) -> dict[str, float]:
        """Bytes per sample and step of what the layer reads, writes and keeps."""
        counts = self.per_step
        return {
            "inputs": counts.input_bytes,
            "outputs": counts.output_bytes,
            "parameters": self.sizes.parameter_bytes,
            "state": STATE_BYTES * self.sizes.states * counts.outputs,
        }


@dataclass(frozen=True)
class Ledger:
    """The layers of a network in the order of their first call, for T steps of a batch."""

    T: int
    batch: int
    entries: tuple[Entry, ...]

    @property
    def macs(self) -> float:
        """Multiply-accumulates of the layers that read analog values, per sample."""
        return sum(e.per_sample.macs for e in self.entries if e.reads == ANALOG)

    @property
    def acs(self) -> float:
        """Accumulations of the layers that read spikes, per sample."""
        return sum(e.per_sample.acs for e in self.entries if e.reads != ANALOG)

    @property
    def dense(self) -> float:
        """Multiply-accumulates of the same network as an ANN: every layer once, per sample.

        An ANN has no layers inside of its neurons.
        """
        return sum(e.per_step.macs for e in self.entries if e.operation not in INNER)

    @property
    def rate(self) -> float:
        """Spikes per neuron and step, over all neurons; 0 without neurons."""
        neurons = [e for e in self.entries if e.kind == "neuron"]
        outputs = sum(e.per_sample.outputs for e in neurons)
        return sum(e.rate * e.per_sample.outputs for e in neurons) / outputs if outputs else 0.0

    def weighted_layers(self) -> Iterator[tuple[Entry, float | None]]:
        """Yield the layers with weights and the rate of their input; None if it has no spikes.

        A mean pool that reads spikes returns analog values. Published conventions treat them as
        spikes at the rate of the pool's input, and so does this.
        """
        pool_outputs, pool_rate = 0.0, None  # of the pool before this layer
        for e in self.entries:
            after_pool = pool_rate if e.per_step.inputs == pool_outputs else None
            rate = after_pool if e.reads == ANALOG else e.rate
            if e.kind == "pool":
                pool_outputs, pool_rate = e.per_step.outputs, rate
            elif e.operation == MIX:
                yield e, None
            elif e.per_step.macs:
                yield e, rate
            elif e.kind != "neuron":
                pool_outputs = 0.0

    @property
    def operations(self) -> dict[str, float]:
        """Arithmetic other than products by name, per sample."""
        return sum_by_name(e.per_sample.operations for e in self.entries)

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The work that could not be counted, by layer; no total includes it."""
        return tuple(
            e.name if work == e.operation else f"{e.name} ({work})"
            for e in self.entries
            for work in e.unknown
        )

    def unsupported_beyond(self, models: Container[str]) -> tuple[str, ...]:
        """Return `unsupported`, and the layers of neurons whose model is not in `models`."""
        others = (e for e in self.entries if e.kind == "neuron" and e.operation not in models)
        return self.unsupported + tuple(f"{e.name} ({e.operation})" for e in others)

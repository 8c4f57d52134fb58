"""The facts an energy estimate rests on, layer by layer; `watch` collects them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from suites.energy.call import ANALOG, tally


@dataclass(frozen=True)
class Entry:
    """One layer. What its shape tells is per sample and step:

        inputs, outputs     elements read and made
        macs                multiply-accumulates if no input were zero, padding included
        weights, biased     weight elements of the layer, and outputs that get a bias
        fan                 weights that each input meets where the stride is 1
        states              values that each neuron carries from step to step

    What its values tell is per sample, summed over the steps:

        acs                 accumulations: k times the fan-out of each spike k, without padding
        events              as `acs`, with each spike counted once
        operations          other arithmetic by name: a neuron's traced from its own code, its
                            reset only where it spiked
    """

    name: str  # its place in the network
    kind: str  # linear, conv, neuron, activation, norm, pool; other: its arithmetic is not known
    model: str  # the neuron's name, else the module's class
    reads: str  # binary, integer or analog
    steps: int  # times it runs per sample
    repeated: bool  # a linear or conv layer that reads the same at every step
    rate: float  # spikes per element and step: read, or emitted by a neuron; 0 for analog input
    inputs: float
    outputs: float
    macs: float
    weights: int
    biased: float
    fan: int
    kernel: tuple[int, ...]  # of a convolution, as its stride
    stride: tuple[int, ...]
    states: float
    acs: float
    events: float
    operations: Mapping[str, float]


@dataclass(frozen=True)
class Ledger:
    """The layers of a model in the order they first ran, and the steps and batch they ran for."""

    T: int
    batch: int
    entries: tuple[Entry, ...]

    @property
    def macs(self) -> float:
        """Multiply-accumulates of the layers that read analog values, per sample."""
        return sum(e.macs * e.steps for e in self.entries if e.reads == ANALOG)

    @property
    def acs(self) -> float:
        """Accumulations of the layers that read spikes, per sample."""
        return sum(e.acs for e in self.entries if e.reads != ANALOG)

    @property
    def dense(self) -> float:
        """Multiply-accumulates of the same network as an ANN: every layer once, per sample."""
        return sum(e.macs for e in self.entries)

    @property
    def rate(self) -> float:
        """Spikes per neuron and step, over all neurons; 0 without neurons."""
        found = [e for e in self.entries if e.kind == "neuron"]
        steps = sum(e.outputs * e.steps for e in found)
        return sum(e.rate * e.outputs * e.steps for e in found) / steps if steps else 0.0

    def fed(self) -> Iterator[tuple[Entry, float | None]]:
        """The layers with weights, and the rate of what they read; None if these are no spikes.

        Published conventions take what mean pools make of spikes for spikes: the rate stays.
        """
        made, rate = 0.0, None  # by the last pool
        for e in self.entries:
            handed = rate if e.inputs == made else None
            reads = handed if e.reads == ANALOG else e.rate
            if e.kind == "pool":
                made, rate = e.outputs, reads
            elif e.macs:
                yield e, reads
            elif e.kind != "neuron":
                made = 0.0

    @property
    def operations(self) -> dict[str, float]:
        """Arithmetic of neurons and pools by name, per sample."""
        return tally(e.operations for e in self.entries)

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The layers whose arithmetic is not known, hence missing from every total."""
        return tuple(f"{e.name} ({e.model})" for e in self.entries if e.kind == "other")

    def beyond(self, known: Container[str]) -> tuple[str, ...]:
        """What is unsupported, and the layers of neurons that are not among the known models."""
        odd = (e for e in self.entries if e.kind == "neuron" and e.model not in known)
        return self.unsupported + tuple(f"{e.name} ({e.model})" for e in odd)

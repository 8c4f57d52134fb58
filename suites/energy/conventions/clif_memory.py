"""Operations, accesses to memory and computations of addresses, in int32 arithmetic.

Per layer with I inputs (k of them spikes), O outputs, F weights that multiply an input, and a
convolution's taps K and stride S, in one time step:

                        ANN, conv.    ANN, linear    SNN, convolution       SNN, linear
    read inputs         MACs          I              k                      k
    read parameters     MACs + O      MACs + O       k F + O                k F + O
    read potentials                                  a (k F + O)            0
    write outputs       O             O              spikes emitted
    write potentials                                 b (k F + O)            b (k F + O)
    MACs                MACs          MACs           c T O                  c T O
    additions           O             O              k F/K [K/S] + T O      k I O
                                                     and d per spike emitted
    address MACs                                     2 b k
    address additions   I + O + F     I + O          b k F                  b k F

where [K/S] is rounded down along each axis, but to 1 at least, and a, b, c, d are 1, 1, 1, 1 for
LIF and 4, 2, 3, 3 for CLIF, the neurons after the layer. The means of a pool that reads spikes
count as spikes. For a layer that reads other analog values, as the first, every input counts as a
spike. Other neurons cost as much as LIF and are listed as unsupported.

An access costs 0 to 100 pJ, by the number of accesses of its kind in the whole network. The counts
repeat the authors' errors: some are of T steps and others of one, linear layers add I times too
often, and the price restarts at 0 where the next larger memory begins. The other reading, "without
two slips", corrects the last two.

Source: CLIF (Huang et al. 2024), Table 7, after Lemaire et al. 2022 and Horowitz 2014; an addition
costs 0.1 pJ and a multiplication 3.1 pJ in every technology.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from suites.energy.counts import sum_by_name
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import INT32, Technology


class Neuron(NamedTuple):
    """The factors a to d of a model."""

    reads: int = 1  # a, of potentials, per accumulation
    writes: int = 1  # b, of potentials, per accumulation
    macs: int = 1  # c, per neuron and step
    resets: int = 1  # d, additions per spike


NEURONS = {"lif": Neuron(), "clif": Neuron(reads=4, writes=2, macs=3, resets=3)}
COLUMNS = {  # of Table 7
    "membrane potential": ("read potentials", "write potentials"),
    "parameters": ("read parameters",),
    "in and out": ("read inputs", "write outputs"),
    "operations": ("MACs", "additions"),
    "addressing": ("address MACs", "address additions"),
}
OPERATIONS = {"MACs": INT32.mac, "additions": INT32.ac}  # [pJ]
OPERATIONS |= {f"address {kind}": price for kind, price in OPERATIONS.items()}
SIZES = (  # accesses from .. to, the price [pJ] at the first of them, and its increase to the last
    (0, 2**13, 0.0, 10.0),
    (2**13, 2**15, 10.0, 10.0),
    (2**15, 2**20, 20.0, 80.0),
)


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    corrected = sum(sum_by_name(energies(ledger, as_published=False).values()).values())
    readings, unsupported = {"without two slips": corrected}, ledger.unsupported_beyond(NEURONS)
    return Estimate(ledger, INT32, energies(ledger), readings, unsupported)


def energies(ledger: Ledger, as_published: bool = True) -> dict[str, dict[str, float]]:
    """Return the energy [pJ] by layer and column of Table 7."""
    layers = accesses(ledger, as_published)
    total = sum_by_name(layers.values())
    prices = {kind: price(number, as_published) for kind, number in total.items()} | OPERATIONS
    return {
        name: {
            column: sum(prices[kind] * counts[kind] for kind in kinds if kind in counts)
            for column, kinds in COLUMNS.items()
        }
        for name, counts in layers.items()
    }


def price(number: float, as_published: bool = True) -> float:
    """Return the energy [pJ] of one access, if there are so many of its kind."""
    for low, high, start, increase in SIZES:
        if number <= high:
            return (0.0 if as_published else start) + increase * (number - low) / (high - low)
    return 100.0


def accesses(ledger: Ledger, as_published: bool = True) -> dict[str, dict[str, float]]:
    """Return the counts of the table above, by layer."""
    models = [e.operation for e in ledger.entries if e.kind == "neuron"]
    if not models:
        return {e.name: _dense(e) for e in ledger.entries if e.per_step.macs}
    rates = {e.name: rate for e, rate in ledger.weighted_layers()}
    neuron, counts = NEURONS.get(models[-1], Neuron()), {}
    for e in reversed(ledger.entries):  # backwards, because a layer's neurons come after it
        if e.kind == "neuron":
            neuron, emitted = NEURONS.get(e.operation, Neuron()), e.rate * e.per_step.outputs
            counts[e.name] = {"write outputs": emitted, "additions": neuron.resets * emitted}
        elif e.name in rates:
            counts[e.name] = _sparse(e, rates[e.name], neuron, ledger.T, as_published)
    return dict(reversed(counts.items()))


def _dense(e: Entry) -> dict[str, float]:
    """Return the counts of a layer in an ANN."""
    counts, conv = e.per_step, e.kind == "conv"
    return {
        "read inputs": counts.macs if conv else counts.inputs,
        "read parameters": counts.macs + counts.outputs,
        "write outputs": counts.outputs,
        "MACs": counts.macs,
        "additions": counts.outputs,
        "address additions": counts.inputs + counts.outputs + e.sizes.fan * conv,
    }


def _sparse(
    e: Entry, rate: float | None, neuron: Neuron, T: int, as_published: bool
) -> dict[str, float]:
    """Return the counts of a layer in an SNN that reads at `rate`, with `neuron` after it."""
    inputs, outputs = e.per_step.inputs, e.per_step.outputs
    spikes = inputs if rate is None else rate * inputs
    sums, conv = spikes * e.sizes.fan, e.kind == "conv"
    if conv:
        kernel, stride = e.sizes.kernel, e.sizes.stride
        taps = prod(max(k // s, 1) for k, s in zip(kernel, stride, strict=True))
        additions = sums * taps / prod(kernel) + T * outputs
    else:
        additions = sums * inputs if as_published else sums
    return {
        "read inputs": spikes,
        "read parameters": sums + outputs,
        "read potentials": neuron.reads * (sums + outputs) * conv,
        "write potentials": neuron.writes * (sums + outputs),
        "MACs": T * neuron.macs * outputs,
        "additions": additions,
        "address MACs": 2 * neuron.writes * spikes * conv,
        "address additions": neuron.writes * sums,
    }

"""Operations, accesses to memory and addresses, of int32 arithmetic.

Per layer with I inputs (k of them spikes), O outputs, F weights that meet an input (all of them in
a linear layer), and a convolution's taps K and stride S, in one time step:

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

where [K/S] is rounded down along each axis, though not to 0, and a, b, c, d are 1, 1, 1, 1 for LIF
and 4, 2, 3, 3 for CLIF, the neurons that the layer drives. What a mean pool makes of spikes counts
as spikes; what reads other analog values, as the first layer, reads "spikes" everywhere. Other
neurons are charged as LIF and listed as unsupported.

An access costs 0 to 100 pJ by the number of accesses of its kind in the whole network. The counts
follow the authors' slips: some are of T steps and others of one, linear layers add I times too
often, and the price falls back to 0 where a memory gets too small. Beside it: without the last two.

Source: CLIF (Huang et al. 2024), Table 7, after Lemaire et al. 2022 and Horowitz 2014; an addition
costs 0.1 pJ and a multiplication 3.1 pJ whatever the technology asked for.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from suites.energy.call import tally
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import INT32, Technology


class Neuron(NamedTuple):
    reads: int = 1  # a, of potentials per accumulation
    writes: int = 1  # b
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
OPERATIONS = {"MACs": INT32.mac, "additions": INT32.add}  # [pJ]
OPERATIONS |= {f"address {kind}": price for kind, price in OPERATIONS.items()}
SIZES = (  # accesses from .. to, the price [pJ] that should start there, and its rise
    (0, 2**13, 0.0, 10.0),
    (2**13, 2**15, 10.0, 10.0),
    (2**15, 2**20, 20.0, 80.0),
)


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    parts = {name: sum(each.values()) for name, each in energies(ledger).items()}
    mended = sum(tally(energies(ledger, slips=False).values()).values())
    return Estimate(ledger, INT32, parts, {"without two slips": mended}, ledger.beyond(NEURONS))


def energies(ledger: Ledger, slips: bool = True) -> dict[str, dict[str, float]]:
    """Energy [pJ] by layer and column of Table 7."""
    counts = accesses(ledger, slips)
    total = tally(counts.values())
    prices = {kind: price(number, slips) for kind, number in total.items()} | OPERATIONS
    return {
        name: {
            column: sum(prices[kind] * each[kind] for kind in kinds if kind in each)
            for column, kinds in COLUMNS.items()
        }
        for name, each in counts.items()
    }


def price(accesses: float, slips: bool = True) -> float:
    """Energy [pJ] of one of so many accesses."""
    for low, high, start, rise in SIZES:
        if accesses <= high:
            return (0.0 if slips else start) + rise * (accesses - low) / (high - low)
    return 100.0


def accesses(ledger: Ledger, slips: bool = True) -> dict[str, dict[str, float]]:
    """The counts of the table above, by layer."""
    spiking = [e.model for e in ledger.entries if e.kind == "neuron"]
    if not spiking:
        return {e.name: _dense(e) for e in ledger.entries if e.macs}
    fed = {e.name: rate for e, rate in ledger.fed()}
    neuron, counts = NEURONS.get(spiking[-1], Neuron()), {}
    for e in reversed(ledger.entries):  # from a layer back: the neurons it drives come after it
        if e.kind == "neuron":
            neuron, emitted = NEURONS.get(e.model, Neuron()), e.rate * e.outputs
            counts[e.name] = {"write outputs": emitted, "additions": neuron.resets * emitted}
        elif e.name in fed:
            counts[e.name] = _sparse(e, fed[e.name], neuron, ledger.T, slips)
    return dict(reversed(counts.items()))


def _dense(e: Entry) -> dict[str, float]:
    """Of a layer in an ANN."""
    conv = e.kind == "conv"
    return {
        "read inputs": e.macs if conv else e.inputs,
        "read parameters": e.macs + e.outputs,
        "write outputs": e.outputs,
        "MACs": e.macs,
        "additions": e.outputs,
        "address additions": e.inputs + e.outputs + e.fan * conv,
    }


def _sparse(e: Entry, rate: float | None, to: Neuron, T: int, slips: bool) -> dict[str, float]:
    """Of a layer in an SNN that reads at `rate` and drives neurons like `to`."""
    spikes = e.inputs if rate is None else rate * e.inputs
    met = spikes * e.fan
    taps = prod(max(k // s, 1) for k, s in zip(e.kernel, e.stride, strict=True))
    conv = e.kind == "conv"
    linear = met * e.inputs if slips else met
    return {
        "read inputs": spikes,
        "read parameters": met + e.outputs,
        "read potentials": to.reads * (met + e.outputs) * conv,
        "write potentials": to.writes * (met + e.outputs),
        "MACs": T * to.macs * e.outputs,
        "additions": met * taps / prod(e.kernel) + T * e.outputs if conv else linear,
        "address MACs": 2 * to.writes * spikes * conv,
        "address additions": to.writes * met,
    }

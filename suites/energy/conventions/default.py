"""What the network does, operation by operation; memory is left out.

    layers that read spikes     an AC per spike and fan-out, k for a spike k; none into the padding
    layers that read analog     a MAC per weight and step
    neurons                     their arithmetic as traced, multiplications included; the reset only
                                where they spiked
    pools                       an addition or comparison per input, a multiplication per mean
    activations, other norms    their arithmetic per element
    batch norms, biases         nothing: they fold into weights and the start of a sum

Beside it: with layers that read the same at every step (the first, under direct coding) computed
once and cached; with an integer spike as one small multiplication and one addition.

Source: ours. Published conventions leave out neurons, take a spike 4 for one, or count spikes
into the padding.
"""

from suites.energy.call import ANALOG, INTEGER
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    parts = {e.name: _layer(e, technology) for e in ledger.entries if e.kind != "other"}
    total = sum(parts.values())
    beside = {
        "repeated layers once": total - sum(_saved(e, technology) for e in ledger.entries),
        "integer spikes multiplied": total + sum(_swapped(e, technology) for e in ledger.entries),
    }
    unsupported = ledger.unsupported + technology.unpriced(ledger.operations)
    return Estimate(ledger, technology, parts, beside, unsupported)


def _layer(e: Entry, technology: Technology) -> float:
    synapses = technology.mac * e.steps * e.macs if e.reads == ANALOG else technology.ac * e.acs
    return synapses + technology.price(e.operations)


def _saved(e: Entry, technology: Technology) -> float:
    """By keeping what an analog layer that reads the same at each step made at the first."""
    cached = e.repeated and e.reads == ANALOG
    return technology.mac * (e.steps - 1) * e.macs if cached else 0.0


def _swapped(e: Entry, technology: Technology) -> float:
    """By weight * k + sum instead of k additions."""
    if e.reads != INTEGER:
        return 0.0
    return (technology.small_mul + technology.add) * e.events - technology.ac * e.acs

"""All arithmetic of the network, operation by operation, without memory.

    layers that read spikes     k ACs for each spike k and each output that it reaches
    layers that read analog     a MAC per weight and step
    neurons                     their arithmetic as traced, multiplications included; the reset only
                                where they fire; or an update's price, if the technology has one
    pools                       an addition or comparison per input, a multiplication per mean
    activations, other norms    their arithmetic per element
    between layers              the arithmetic of each operation
    batch norms, biases         nothing: they become part of weights and of the start of a sum

Other readings: layers that read the same at every step (the first, under direct coding) computed
once and cached; an integer spike as one small multiplication and one addition.

Source: ours. Published conventions leave out neurons, count a spike 4 as one, or count the spikes
that a border's padding would take.
"""

from suites.energy.counts import sum_by_name
from suites.energy.estimate import ACS, MACS, NEURONS, OTHERS, Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology
from suites.energy.values import ANALOG, INTEGER


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    layers = {e.name: _layer(e, technology) for e in ledger.entries}
    total = sum(sum(parts.values()) for parts in layers.values())
    saved = sum(_saved_once(e, technology) for e in ledger.entries)
    added = sum(_added_multiplied(e, technology) for e in ledger.entries)
    readings = {"repeated layers once": total - saved, "integer spikes multiplied": total + added}
    traced = (e.per_sample.operations for e in ledger.entries if not _updates(e, technology))
    unsupported = ledger.unsupported + technology.unpriced(sum_by_name(traced))
    return Estimate(ledger, technology, layers, readings, unsupported)


def _layer(e: Entry, technology: Technology) -> dict[str, float]:
    if _updates(e, technology):
        return {NEURONS: (technology.update or 0.0) * e.steps * e.per_step.outputs}
    if e.reads == ANALOG:
        synapses = {MACS: technology.mac * e.steps * e.per_step.macs}
    else:
        synapses = {ACS: technology.ac * e.per_sample.acs}
    arithmetic = NEURONS if e.kind == "neuron" else OTHERS
    return synapses | {arithmetic: technology.price(e.per_sample.operations)}


def _updates(e: Entry, technology: Technology) -> bool:
    """Return whether the technology has a price for a neuron's step as a whole."""
    return e.kind == "neuron" and technology.update is not None


def _saved_once(e: Entry, technology: Technology) -> float:
    """Return what is saved if a layer that reads the same at every step runs once."""
    cached = e.repeated and e.reads == ANALOG
    return technology.mac * (e.steps - 1) * e.per_step.macs if cached else 0.0


def _added_multiplied(e: Entry, technology: Technology) -> float:
    """Return what `weight * k + sum` costs more than k additions."""
    if e.reads != INTEGER or technology.small_mul is None:
        return 0.0
    counts, price = e.per_sample, technology.small_mul + (technology.add or 0.0)
    return price * counts.events - technology.ac * counts.acs

"""Synaptic operations of a single time step, as a hook on every module counts them.

    E = E_MAC MACs + E_AC ACs

    layers that read spikes     R_l FL_l ACs: the rate times the dense work, padding included
    layers that read analog     FL_l MACs, and one for each bias of a convolution
    batch norms                 2 MACs per element
    activations                 a MAC per element
    pools                       a MAC per element read, if that is analog
    neurons                     4 MACs per CLIF neuron, none per LIF neuron; others are unsupported

The paper's Eq. 54 sums the steps, and its table does not; beside it: summed.

Source: CLIF (Huang et al. 2024), appendix J; the rules are those that give the MACs of its Table 6.
"""

from suites.energy.call import ANALOG
from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology

NEURONS = {"lif": 0, "clif": 4}  # MACs per neuron and step


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    parts = {
        e.name: technology.mac * macs(e) + technology.ac * acs(e)
        for e in ledger.entries
        if e.kind != "other"
    }
    beside = {"summed over the steps": sum(parts.get(e.name, 0) * e.steps for e in ledger.entries)}
    return Estimate(ledger, technology, parts, beside, ledger.beyond(NEURONS))


def macs(e: Entry) -> float:
    """Multiply-accumulates of a layer in one step."""
    each = {"norm": 2, "activation": 1, "neuron": NEURONS.get(e.model, 0)}
    if e.kind in each:
        return each[e.kind] * e.outputs
    if e.reads != ANALOG:
        return 0.0
    return e.inputs if e.kind == "pool" else e.macs + e.biased * (e.kind == "conv")


def acs(e: Entry) -> float:
    """Accumulations of a layer in one step."""
    return e.rate * e.macs if e.reads != ANALOG else 0.0

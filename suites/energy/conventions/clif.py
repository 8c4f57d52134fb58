"""Synaptic operations of one time step, as a hook on every module counts them.

    E = E_MAC MACs + E_AC ACs

    layers that read spikes     R_l FL_l ACs: the rate times the dense work, padding included
    layers that read analog     FL_l MACs, and one for each bias of a convolution
    batch norms                 2 MACs per element
    activations                 a MAC per element
    pools                       a MAC per input element, if the input is analog
    neurons                     4 MACs per CLIF neuron, none per LIF neuron; others are unsupported

The paper's Eq. 54 sums over the steps, and its table does not. The other reading: summed.

Source: CLIF (Huang et al. 2024), appendix J; these rules reproduce the MACs of its Table 6.
"""

from suites.energy.estimate import ACS, MACS, NEURONS, OTHERS, Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology
from suites.energy.values import ANALOG

MODELS = {"lif": 0, "clif": 4}  # MACs per neuron and step


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    layers = {e.name: _layer(e, technology) for e in ledger.entries}
    summed = sum(sum(layers[e.name].values()) * e.steps for e in ledger.entries)
    readings = {"summed over the steps": summed}
    return Estimate(ledger, technology, layers, readings, ledger.unsupported_beyond(MODELS))


def _layer(e: Entry, technology: Technology) -> dict[str, float]:
    kinds = {"neuron": NEURONS, "norm": OTHERS, "activation": OTHERS, "pool": OTHERS}
    return {kinds.get(e.kind, MACS): technology.mac * macs(e), ACS: technology.ac * acs(e)}


def macs(e: Entry) -> float:
    """Return the multiply-accumulates of a layer in one step."""
    per_output = {"norm": 2, "activation": 1, "neuron": MODELS.get(e.operation, 0)}
    if e.kind in per_output:
        return per_output[e.kind] * e.per_step.outputs
    if e.reads != ANALOG:
        return 0.0
    if e.kind == "pool":
        return e.per_step.inputs
    return e.per_step.macs + e.per_step.biased * (e.kind == "conv")


def acs(e: Entry) -> float:
    """Return the accumulations of a layer in one step."""
    return e.rate * e.per_step.macs if e.reads != ANALOG else 0.0

"""Multiplications in the first and the last layer alone, the firing rate elsewhere.

    E = E_MAC T (OP_first + OP_last) + E_AC T sum_others R_l OP_l

OP_l are the multiply-accumulates of layer l in the ANN of the same structure, in one step, padding
included, and R_l is the rate of its input, where the means of a pool that reads spikes count as
spikes. The first layer reads the image at every step; the last one, whose potentials are the
prediction, multiplies although it reads spikes. Layers inside of neurons are neither of the two.
Neurons, pools and normalisations cost nothing. A network without neurons is an ANN: each layer
once, with multiplications. A layer between the two that reads analog values has no rate and is
unsupported.

Source: DS-ATGO, appendix C "Energy Efficiency", after Rathi & Roy 2021; the MACs and the energies
of its Table 2 follow from it.
"""

from suites.energy.estimate import ACS, MACS, Estimate
from suites.energy.ledger import INNER, Entry, Ledger
from suites.energy.technology import Technology


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    dense, sparse = _split(ledger)
    layers = {e.name: {MACS: technology.mac * macs} for e, macs in dense}
    spiking = ((e, rate * _work(e)) for e, rate in sparse if rate is not None)
    layers |= {e.name: {ACS: technology.ac * acs} for e, acs in spiking}
    order = [e.name for e in ledger.entries if e.name in layers]
    without_rate = tuple(f"{e.name} (no rate)" for e, rate in sparse if rate is None)
    unsupported = ledger.unsupported + without_rate
    return Estimate(ledger, technology, {name: layers[name] for name in order}, {}, unsupported)


def macs(ledger: Ledger) -> float:
    """Return the multiply-accumulates of one sample."""
    return sum(number for _, number in _split(ledger)[0])


def acs(ledger: Ledger) -> float:
    """Return the accumulations of one sample."""
    return sum(rate * _work(e) for e, rate in _split(ledger)[1] if rate is not None)


def mean_rate(ledger: Ledger, accumulations: float) -> float:
    """Return the rate at which all layers but the first and last cause so many accumulations.

    It is the mean of their rates, weighed by their operations.
    """
    return accumulations / sum(_work(e) for e, _ in _split(ledger)[1])


def _split(ledger: Ledger) -> tuple[list[tuple[Entry, float]], list[tuple[Entry, float | None]]]:
    """Return the layers that multiply with their MACs, and the others with their rates."""
    layers = [*ledger.weighted_layers()]
    if not any(e.kind == "neuron" for e in ledger.entries):
        return [(e, e.per_step.macs) for e, _ in layers], []
    outer = [e.name for e, _ in layers if e.operation not in INNER]
    ends = {*outer[:1], *outer[-1:]}
    dense = [(e, _work(e)) for e, _ in layers if e.name in ends]
    return dense, [(e, rate) for e, rate in layers if e.name not in ends]


def _work(e: Entry) -> float:
    """Return the multiply-accumulates of a layer as if no input were zero, over all steps."""
    return e.steps * e.per_step.macs

"""The firing rate times the dense work: the most common convention, and the least exact.

    E = E_MAC T sum_analog FL_l + E_AC T sum_spikes R_l FL_l

FL_l are the multiply-accumulates of layer l in one step, padding included, and R_l its rate: the
spikes per input and step, where an integer spike k counts k. A layer that reads analog values, such
as the first, costs a MAC per weight at every step. Neurons, pools and normalisations cost nothing.

Source: Rathi & Roy 2021 (DIET-SNN); Zhou et al. 2023; Yao et al. 2023. DS-ATGO multiplies in the
last layer too, and nowhere else: see `ds_atgo`.
"""

from suites.energy.estimate import ACS, MACS, Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology
from suites.energy.values import ANALOG


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    layers = {e.name: _layer(e, technology) for e in ledger.entries if e.per_step.macs}
    return Estimate(ledger, technology, layers, unsupported=ledger.unsupported)


def _layer(e: Entry, technology: Technology) -> dict[str, float]:
    if e.reads == ANALOG:
        return {MACS: technology.mac * e.steps * e.per_step.macs}
    return {ACS: technology.ac * e.rate * e.steps * e.per_step.macs}

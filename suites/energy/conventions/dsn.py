"""The firing rate times dense work, with the arithmetic inside of some neurons.

    E = E_MAC (T FL_1 + M) + E_AC N T sum_l R_l FL_l + E_sigmoid S,    N = 4

FL_l are the multiply-accumulates of layer l in one step and R_l the rate it reads; what a mean pool
makes of spikes counts as spikes. FL_1 are those of layers that read other analog values, as the
first. M and S are multiply-accumulates and sigmoids within c neurons over T steps:

    LIF             M = c T                        Table B.12
    PSN             M = c T^2
    sliding PSN     M = c T^2 / 2
    DSN             M = (k + 1) c T,   S = c T; not the mixing of enhanced DSN

N is the largest spike of DSN; the paper's table has it in the ACs of every neuron, its text has it
nowhere. Rates are spikes per step, where an integer spike k counts k already. Beside it: without N.

Source: DSN (parallel training), appendix B.6; N is what reproduces its Table 9, in uJ.
"""

from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology

N = 4
NEURONS = ("lif", "psn", "sliding_psn", "dsn")


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    rates = {e.name: rate for e, rate in ledger.fed()}
    known = (e for e in ledger.entries if e.kind != "other")
    each = {e.name: _layer(e, rates.get(e.name), technology) for e in known}
    parts = {name: analog + N * spiked for name, (analog, spiked) in each.items()}
    beside = {"without the factor N": sum(analog + spiked for analog, spiked in each.values())}
    return Estimate(ledger, technology, parts, beside, ledger.beyond(NEURONS))


def flops(e: Entry) -> tuple[float, float]:
    """Multiply-accumulates and sigmoids within a layer of neurons, over all steps: Table B.12."""
    each = e.outputs * e.steps
    macs = {
        "lif": 1.0,
        "psn": e.steps,
        "sliding_psn": e.steps / 2,
        "dsn": e.states + 1,  # a DSN keeps h and the k - 1 inputs before this one: k values
    }
    return macs.get(e.model, 0.0) * each, each if e.model == "dsn" else 0.0


def _layer(e: Entry, rate: float | None, technology: Technology) -> tuple[float, float]:
    """Energy of what is not sparse, and of the accumulations with N = 1."""
    macs, sigmoids = flops(e)
    inside = technology.mac * macs + technology.price({"transcendental": sigmoids})
    dense = e.steps * e.macs
    if rate is None:
        return inside + technology.mac * dense, 0.0
    return inside, technology.ac * rate * dense

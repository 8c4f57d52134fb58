"""The firing rate times the dense work, and the arithmetic inside of some neurons.

    E = E_MAC (T FL_1 + M) + E_AC N T sum_l R_l FL_l + E_sigmoid S,    N = 4

FL_l are the multiply-accumulates of layer l in one step and R_l the rate of its input; the means of
a pool that reads spikes count as spikes. FL_1 are those of layers that read other analog values, as
the first. M and S are multiply-accumulates and sigmoids within c neurons over T steps:

    LIF             M = c T                        Table B.12
    PSN             M = c T^2
    sliding PSN     M = c T^2 / 2
    DSN             M = (k + 1) c T,   S = c T; not the mixing of enhanced DSN

N is the largest spike of DSN. The paper's table multiplies the ACs of every neuron by it; its text
never does. In the rates, an integer spike k counts k already. The other reading: without N.

Source: DSN (parallel training), appendix B.6; with N = 4 its Table 9 is reproduced, in uJ.
"""

from suites.energy.estimate import Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology

N = 4
NEURONS = ("lif", "psn", "sliding_psn", "dsn")


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    rates = {e.name: rate for e, rate in ledger.weighted_layers()}
    layers = {e.name: _layer(e, rates.get(e.name), technology) for e in ledger.entries}
    parts = {name: dense + N * sparse for name, (dense, sparse) in layers.items()}
    readings = {"without the factor N": sum(dense + sparse for dense, sparse in layers.values())}
    return Estimate(ledger, technology, parts, readings, ledger.unsupported_beyond(NEURONS))


def flops(e: Entry) -> tuple[float, float]:
    """Return the multiply-accumulates and sigmoids within neurons, over all steps: Table B.12."""
    updates = e.per_step.outputs * e.steps
    macs = {
        "lif": 1.0,
        "psn": e.steps,
        "sliding_psn": e.steps / 2,
        "dsn": e.sizes.states + 1,  # its k states are h and the last k - 1 inputs
    }
    return macs.get(e.operation, 0.0) * updates, updates if e.operation == "dsn" else 0.0


def _layer(e: Entry, rate: float | None, technology: Technology) -> tuple[float, float]:
    """Return the energy of the dense work, and that of the accumulations with N = 1."""
    macs, sigmoids = flops(e)
    inside = technology.mac * macs + technology.price({"transcendental": sigmoids})
    dense = e.steps * e.per_step.macs
    if rate is None:
        return inside + technology.mac * dense, 0.0
    return inside, technology.ac * rate * dense

"""The firing rate times the dense work, and the arithmetic inside of some neurons.

    E = E_MAC (T FL_1 + M) + E_AC T sum_l N_l R_l FL_l + E_sigmoid S

FL_l are the multiply-accumulates of layer l in one step; the means of a pool that reads spikes
count as spikes. FL_1 are those of layers that read other analog values, as the first. A spike is
sent in N_l slots, N_l = 1 where spikes are binary, and R_l is the rate per slot: mean(k) / N_l for
spikes k of 0 .. N_l. Their product is mean(k), whatever N_l: a spike k costs k accumulations.
M and S are multiply-accumulates and sigmoids within c neurons over T steps:

    LIF             M = c T                            Table B.12
    PSN             M = c T^2
    sliding PSN     M = c sum_t min(t, k)              the paper: c T^2 / 2, which is k = T
    DSN             M = (k + 1) c T,   S = c T;        the C x C mix of enhanced DSN, C c T, is a
                                                       layer of its own, not in the paper

`published` has the paper's own formulas, which multiply the accumulations of every neuron by 4, of
LIF and PSN too. Its text never does; with the factor its Table 9 is reproduced, in uJ. Without it,
or with it for DSN alone, DSN costs more than LIF; `python -m suites.claims` shows both.

Source: DSN (parallel training), appendix B.6.
"""

from collections.abc import Callable

from suites.energy.estimate import ACS, MACS, NEURONS, Estimate
from suites.energy.ledger import Entry, Ledger
from suites.energy.technology import Technology

N = 4  # the paper's factor
MODELS = ("lif", "psn", "sliding_psn", "dsn")


def estimate(ledger: Ledger, technology: Technology) -> Estimate:
    return _estimate(ledger, technology, window, factor=1)


def published(ledger: Ledger, technology: Technology) -> Estimate:
    """Return the energy by the formulas of the paper's Table 9, for its own networks and rates."""
    return _estimate(ledger, technology, lambda e: e.steps / 2, factor=N)


def _estimate(
    ledger: Ledger, technology: Technology, sliding: Callable[[Entry], float], factor: int
) -> Estimate:
    """Return the energy; `sliding` gives the multiply-accumulates of a sliding PSN per step."""
    rates = {e.name: rate for e, rate in ledger.weighted_layers()}
    layers = {}
    for e in ledger.entries:
        parts = _layer(e, sliding(e), rates.get(e.name), technology)
        layers[e.name] = parts | {ACS: factor * parts[ACS]}
    unsupported = ledger.unsupported_beyond(MODELS)
    return Estimate(ledger, technology, layers, unsupported=unsupported)


def window(e: Entry) -> float:
    """Return how many inputs a sliding PSN reads in a step, on average: sum_t min(t, k) / T."""
    k = int(e.sizes.states) + 1  # its states are the last k - 1 inputs
    return sum(min(t, k) for t in range(1, e.steps + 1)) / e.steps


def _layer(
    e: Entry, sliding: float, rate: float | None, technology: Technology
) -> dict[str, float]:
    """Return the energy of a layer by part, its accumulations without the factor."""
    per_update = {"lif": 1.0, "psn": e.steps, "sliding_psn": sliding}
    per_update["dsn"] = e.sizes.states + 1  # its k states are h and the last k - 1 inputs
    updates = e.per_step.outputs * e.steps
    inside = technology.mac * per_update.get(e.operation, 0.0) * updates
    if e.operation == "dsn":
        inside += technology.price({"transcendental": updates})
    dense = e.steps * e.per_step.macs
    multiplied, accumulated = (dense, 0.0) if rate is None else (0.0, rate * dense)
    return {
        MACS: technology.mac * multiplied,
        ACS: technology.ac * accumulated,
        NEURONS: inside,
    }

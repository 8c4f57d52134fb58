"""Energy of one sample, and the counts behind it, of the network trained for digits.

The network is that of `suites.accuracy`, trained at seed 0 for two epochs under a condition of
`suites.conditions`, and the input is always the same batch. asv trains each model once per
condition for all figures.
"""

from collections.abc import Iterator
from functools import partial

from suites import cases, conditions, per_model, records
from suites.energy import conventions, parts, target
from suites.energy.collect import collect
from suites.energy.ledger import Ledger
from suites.metric import metric
from suites.profiles import profile
from suites.records import Record

EPOCHS = 2

CONDITIONS = conditions.measured(profile())
UNMET = conditions.Unmet(cases.models(), CONDITIONS)

Ledgers = dict[str, dict[str, Ledger | Exception]]  # by condition and model


def setup_cache() -> Ledgers:
    """Return the ledger of each trained network, or the error of a model, by condition.

    The energy of each, by convention and part, becomes a record.
    """
    ledgers = {
        condition: per_model.measure(partial(ledger, condition=condition))
        for condition in CONDITIONS
    }
    records.offer(records.STORE, parts_of(ledgers))
    return ledgers


vars(setup_cache).update(timeout=600)


def ledger(model: str, condition: str) -> Ledger:
    """Train the network of a model under a condition and return its ledger."""
    return collect(target.trained(model, condition, EPOCHS), target.digits())


def parts_of(ledgers: Ledgers) -> Iterator[Record]:
    """Yield the records of the energy of all networks, without models that failed."""
    for condition, by_model in ledgers.items():
        for model, ledger in by_model.items():
            if isinstance(ledger, Ledger):
                yield parts.record(target.trial_of(model, condition), ledger)


class Energy:
    """Energy by every convention, in 45 nm and fp32."""

    params = (cases.models(), CONDITIONS, conventions.names())
    param_names = ("model", "condition", "convention")

    def setup(self, ledgers: Ledgers, model: str, condition: str, convention: str) -> None:
        self.ledger = per_model.fact(ledgers[condition], model)

    @metric(unit="nJ/sample", unmet=UNMET, version="2")
    def track_energy(self, ledgers: Ledgers, model: str, condition: str, convention: str) -> float:
        return conventions.estimate(convention, self.ledger).total / 1000  # pJ -> nJ


class EnergyFacts:
    """Counts that are the same for every convention."""

    params = (cases.models(), CONDITIONS)
    param_names = ("model", "condition")

    def setup(self, ledgers: Ledgers, model: str, condition: str) -> None:
        self.ledger = per_model.fact(ledgers[condition], model)

    @metric(unit="spikes/neuron/step", unmet=UNMET, version="2")
    def track_rate(self, ledgers: Ledgers, model: str, condition: str) -> float:
        return self.ledger.rate

    @metric(unit="AC/sample", unmet=UNMET, version="2")
    def track_ac(self, ledgers: Ledgers, model: str, condition: str) -> float:
        return self.ledger.acs

    @metric(unit="MAC/sample", unmet=UNMET, version="2")
    def track_mac(self, ledgers: Ledgers, model: str, condition: str) -> float:
        return self.ledger.macs

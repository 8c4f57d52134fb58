"""Energy of one sample, and the counts behind it, of the network trained for digits.

The network is that of `suites.accuracy`, trained at seed 0 for two epochs, and the input is always
the same batch: two figures differ only because of the neuron. asv trains each model once for all of
them.
"""

from suites import cases, per_model
from suites.accuracy import tasks, trainer
from suites.energy import conventions
from suites.energy.collect import collect
from suites.energy.ledger import Ledger
from suites.metric import metric

TASK, SEED, EPOCHS, BATCH = "digits", 0, 2, 128

Ledgers = dict[str, Ledger | Exception]


def setup_cache() -> Ledgers:
    """Return the ledger of each model's trained network, or the error of a model."""
    return per_model.measure(ledger)


vars(setup_cache).update(timeout=600)


def ledger(model: str) -> Ledger:
    """Train the network of a model and return its ledger."""
    network = trainer.train(model, tasks.load(TASK), SEED, EPOCHS).network
    return collect(network, tasks.load(TASK).test.x[:, :BATCH])


class Energy:
    """Energy by every convention, in 45 nm and fp32."""

    params = (cases.models(), conventions.names())
    param_names = ("model", "convention")

    def setup(self, ledgers: Ledgers, model: str, convention: str) -> None:
        self.ledger = per_model.fact(ledgers, model)

    @metric(unit="nJ/sample")
    def track_energy(self, ledgers: Ledgers, model: str, convention: str) -> float:
        return conventions.estimate(convention, self.ledger).total / 1000  # pJ -> nJ


class EnergyFacts:
    """Counts that are the same for every convention."""

    params = (cases.models(),)
    param_names = ("model",)

    def setup(self, ledgers: Ledgers, model: str) -> None:
        self.ledger = per_model.fact(ledgers, model)

    @metric(unit="spikes/neuron/step")
    def track_rate(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.rate

    @metric(unit="AC/sample")
    def track_ac(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.acs

    @metric(unit="MAC/sample")
    def track_mac(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.macs

"""Energy of one sample, and the facts it comes from, on the network trained for digits.

The network is that of `suites.accuracy`, trained at seed 0 for two epochs, and the input is always
the same batch: what moves a figure is the neuron. asv trains each model once, for all of them.
"""

from suites import cases, once
from suites.accuracy import tasks, trainer
from suites.energy import conventions
from suites.energy.ledger import Ledger
from suites.energy.watch import collect

TASK, SEED, EPOCHS, BATCH = "digits", 0, 2, 128

Ledgers = dict[str, Ledger | Exception]


def setup_cache() -> Ledgers:
    """The ledger of each model's trained network, or why there is none."""
    return once.each(ledger)


vars(setup_cache).update(timeout=600)


def ledger(model: str) -> Ledger:
    network = trainer.train(model, tasks.load(TASK), SEED, EPOCHS).network
    return collect(network, tasks.load(TASK).test.x[:, :BATCH])


class Energy:
    """In 45 nm and fp32."""

    params = (cases.models(), conventions.names())
    param_names = ("model", "convention")

    def setup(self, ledgers: Ledgers, model: str, convention: str) -> None:
        self.ledger = once.of(ledgers, model)

    def track_energy(self, ledgers: Ledgers, model: str, convention: str) -> float:
        return conventions.estimate(convention, self.ledger).total / 1000  # pJ -> nJ

    vars(track_energy).update(unit="nJ/sample", direction="lower", version="1")


class EnergyFacts:
    """What no convention changes."""

    params = (cases.models(),)
    param_names = ("model",)

    def setup(self, ledgers: Ledgers, model: str) -> None:
        self.ledger = once.of(ledgers, model)

    def track_rate(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.rate

    def track_ac(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.acs

    def track_mac(self, ledgers: Ledgers, model: str) -> float:
        return self.ledger.macs

    vars(track_rate).update(unit="spikes/neuron/step", direction="lower", version="1")
    vars(track_ac).update(unit="AC/sample", direction="lower", version="1")
    vars(track_mac).update(unit="MAC/sample", direction="lower", version="1")

"""Energy of one sample, and the facts it comes from, on the network trained for digits.

The network is that of `suites.accuracy`, trained at seed 0 for two epochs, and the input is always
the same batch: what moves a figure is the neuron.
"""

from functools import cache

from suites import cases
from suites.accuracy import tasks, trainer
from suites.energy import conventions
from suites.energy.ledger import Ledger
from suites.energy.watch import collect

TASK, SEED, EPOCHS, BATCH = "digits", 0, 2, 128


@cache
def facts(model: str) -> Ledger:
    """The ledger of a model's trained network; NotImplementedError if the commit lacks it."""
    network = trainer.train(model, tasks.load(TASK), SEED, EPOCHS).network
    return collect(network, tasks.load(TASK).test.x[:, :BATCH])


class Energy:
    """In 45 nm and fp32."""

    params = (cases.models(), conventions.names())
    param_names = ("model", "convention")
    timeout = 300

    def setup(self, model: str, convention: str) -> None:
        self.ledger = facts(model)

    def track_energy(self, model: str, convention: str) -> float:
        return conventions.estimate(convention, self.ledger).total / 1000  # pJ -> nJ

    vars(track_energy).update(unit="nJ/sample", direction="lower", version="1")


class EnergyFacts:
    """What no convention changes."""

    params = (cases.models(),)
    param_names = ("model",)
    timeout = 300

    def setup(self, model: str) -> None:
        self.ledger = facts(model)

    def track_rate(self, model: str) -> float:
        return self.ledger.rate

    def track_ac(self, model: str) -> float:
        return self.ledger.acs

    def track_mac(self, model: str) -> float:
        return self.ledger.macs

    vars(track_rate).update(unit="spikes/neuron/step", direction="lower", version="1")
    vars(track_ac).update(unit="AC/sample", direction="lower", version="1")
    vars(track_mac).update(unit="MAC/sample", direction="lower", version="1")

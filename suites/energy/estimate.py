"""An energy, and everything one must know to compare it with another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from suites.energy.ledger import Ledger
from suites.energy.technology import FP32, INT8, Technology


@dataclass(frozen=True)
class Estimate:
    """What a convention makes of a ledger; energies in pJ per sample.

    Attributes
    ----------
    parts
        Energy by layer.
    beside
        The total under other readings of the convention.
    unsupported
        Layers and operations that should have been counted and could not be.
    """

    ledger: Ledger
    technology: Technology
    parts: Mapping[str, float]
    beside: Mapping[str, float] = field(default_factory=dict)
    unsupported: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    @property
    def assumptions(self) -> dict[str, str | float]:
        """What has to stand beside the number, with the same network as an ANN for scale."""
        return {
            "rate [spikes/neuron/step]": self.ledger.rate,
            "T [steps]": self.ledger.T,
            "batch [samples]": self.ledger.batch,
            "precision": self.technology.precision,
            "technology": self.technology.name,
            "unsupported": ", ".join(self.unsupported) or "none",
            "ratio to the fp32 ANN": self._ratio(FP32),
            "ratio to the int8 ANN": self._ratio(INT8),
        }

    def _ratio(self, technology: Technology) -> float:
        """This energy over that of the network run once with a MAC for every weight."""
        dense = self.ledger.dense * technology.mac
        return self.total / dense if dense else 0.0

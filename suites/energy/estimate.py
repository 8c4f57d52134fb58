"""An energy, with all that one must know to compare it with another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from suites.energy.counts import sum_by_name
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32, INT8, Technology

# Parts of several conventions: weights that meet spikes, and analog values; the arithmetic of the
# neurons, and of all other layers and operations.
ACS, MACS, NEURONS, OTHERS = "synapses, AC", "synapses, MAC", "neurons", "other layers"


@dataclass(frozen=True)
class Estimate:
    """The energy of a ledger under one convention, in pJ per sample.

    Attributes
    ----------
    layers
        Energy by layer, and in it by part: what the convention spends it on.
    readings
        The total under other readings of the convention, by name.
    unsupported
        Layers and operations that belong in the total and could not be counted.
    """

    ledger: Ledger
    technology: Technology
    layers: Mapping[str, Mapping[str, float]]
    readings: Mapping[str, float] = field(default_factory=dict)
    unsupported: tuple[str, ...] = ()

    @property
    def by_layer(self) -> dict[str, float]:
        """The energy of each layer."""
        return {name: sum(parts.values()) for name, parts in self.layers.items()}

    @property
    def parts(self) -> dict[str, float]:
        """The energy of each part, over all layers."""
        return sum_by_name(self.layers.values())

    @property
    def total(self) -> float:
        return sum(self.by_layer.values())

    @property
    def assumptions(self) -> dict[str, str | float]:
        """What must be shown with the number, and its ratio to the same network as an ANN."""
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
        """Return this energy over that of the network run once with a MAC for every weight."""
        dense = self.ledger.dense * technology.mac
        return self.total / dense if dense else 0.0

"""What the energy of a trained network is spent on, by every convention, as records."""

from __future__ import annotations

from suites import records
from suites.accuracy import content
from suites.accuracy.trial import Trial
from suites.energy import conventions
from suites.energy.ledger import Ledger
from suites.records import Origin, Record

DIGITS = 6


def record(trial: Trial, ledger: Ledger) -> Record:
    """Return the record of a network's energy [nJ/sample] by convention and part, without zeros."""
    parts = {name: conventions.estimate(name, ledger).parts for name in conventions.names()}
    energy = {
        name: {part: float(f"{pJ / 1000:.{DIGITS}g}") for part, pJ in by_part.items() if pJ}
        for name, by_part in parts.items()
    }
    sources = content.sources(trial) | content.reached(content.below("suites.energy"))
    facts = {"model": trial.model, "condition": trial.condition, "nJ/sample": energy}
    name = f"{trial.model}-{trial.condition}"
    return records.record("energy", name, Origin(content.digest(sources), "cpu"), facts)

"""Ways to turn a ledger into energy, one file each, with `estimate(ledger, technology)`.

Published ones differ by more than the networks they compare: show several, and never one
without its assumptions.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from suites.energy.estimate import Estimate
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32, Technology


def names() -> list[str]:
    """The convention axis: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def estimate(name: str, ledger: Ledger, technology: Technology = FP32) -> Estimate:
    """The energy of `ledger` under the convention called `name`.

    Where products have no price, neither have the layers whose energy would depend on it.
    """
    convention = importlib.import_module(f"{__name__}.{name}").estimate
    found = convention(ledger, technology)
    if technology.multiplies:
        return found
    other = convention(ledger, replace(technology, mul=1.0))
    lacking = [part for part, energy in found.parts.items() if other.parts[part] != energy]
    return replace(
        found,
        parts={part: energy for part, energy in found.parts.items() if part not in lacking},
        beside={way: e for way, e in found.beside.items() if other.beside[way] == e},
        unsupported=found.unsupported + tuple(f"{part} (no price)" for part in lacking),
    )

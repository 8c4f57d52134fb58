"""Ways to turn a ledger into energy, one file each, with `estimate(ledger, technology)`.

Published ones differ by more than the networks they compare: show several, and never one
without its assumptions.
"""

from __future__ import annotations

import importlib
import pkgutil

from suites.energy.estimate import Estimate
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32, Technology


def names() -> list[str]:
    """The convention axis: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def estimate(name: str, ledger: Ledger, technology: Technology = FP32) -> Estimate:
    """The energy of `ledger` under the convention called `name`."""
    return importlib.import_module(f"{__name__}.{name}").estimate(ledger, technology)

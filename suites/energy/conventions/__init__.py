"""Ways to turn a ledger into energy, one file each, with `estimate(ledger, technology)`.

Published conventions differ by more than the networks that they compare: show several of them, and
always the assumptions.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from suites.energy.estimate import Estimate
from suites.energy.ledger import Ledger
from suites.energy.technology import FP32, Technology


def names() -> list[str]:
    """List the conventions: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def estimate(name: str, ledger: Ledger, technology: Technology = FP32) -> Estimate:
    """Return the energy of `ledger` under the convention called `name`.

    If the technology has no price for a multiplication, the layers that multiply are unsupported.
    """
    convention = importlib.import_module(f"{__name__}.{name}").estimate
    result = convention(ledger, technology)
    if technology.multiplies:
        return result
    # The layers whose energy depends on the price of a multiplication are those that multiply.
    other = convention(ledger, replace(technology, mul=1.0))
    no_price = [name for name, parts in result.layers.items() if other.layers[name] != parts]
    return replace(
        result,
        layers={name: parts for name, parts in result.layers.items() if name not in no_price},
        readings={name: e for name, e in result.readings.items() if other.readings[name] == e},
        unsupported=result.unsupported + tuple(f"{name} (no price)" for name in no_price),
    )

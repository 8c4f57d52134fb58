"""The layers a ledger understands, one family of modules per file.

A file has `claims(module) -> bool` and `observe(module, x, y, reads) -> Call`, None where nothing
counts. x and y are what the module read and made; `reads` says whether x is binary, integer or
analog.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType

from torch import Tensor, nn

from suites.energy.call import Call

Observe = Callable[[nn.Module, Tensor, Tensor, str], Call | None]


@cache
def families() -> list[ModuleType]:
    """The files of this folder."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in found]


def observer(module: nn.Module) -> Observe | None:
    """How to observe `module`; None if no family claims it."""
    return next((family.observe for family in families() if family.claims(module)), None)

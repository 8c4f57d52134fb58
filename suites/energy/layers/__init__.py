"""The layers that a ledger supports, one family of modules per file.

A file has `applies_to(module) -> bool` and `observe(module, x, y, reads) -> Call`, which counts one
call with input x and output y, or returns None for a layer that costs nothing. `reads` is what the
values of x are: binary, integer or analog.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType

from torch import Tensor, nn

from suites.energy.counts import Call

Observe = Callable[[nn.Module, Tensor, Tensor, str], Call | None]


@cache
def families() -> list[ModuleType]:
    """List the files of this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def observer(module: nn.Module) -> Observe | None:
    """Return the function that counts a call of `module`; None if no family applies to it."""
    return next((family.observe for family in families() if family.applies_to(module)), None)

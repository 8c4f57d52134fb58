"""The layers that a ledger supports, one family of modules per file.

A file has `applies_to(module) -> bool` and `observe(module, x, y, reads) -> Call`, which counts one
call with input x and output y, or returns None for a layer that costs nothing. `reads` is what the
values of x are: binary, integer or analog. A file whose layers have further layers inside, with
entries of their own, also has `observe_inner(module, state, x, y)`, which returns their calls by
name; `state` is the module's state before the call.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from torch import Tensor, nn

from suites.energy.counts import Call

Observe = Callable[[nn.Module, Tensor, Tensor, str], Call | None]


@cache
def families() -> list[ModuleType]:
    """List the files of this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def observe_inner(module: nn.Module, state: Any, x: Tensor, y: Tensor) -> dict[str, Call]:
    """Return the calls of the layers inside of `module`, by name."""
    family = next(family for family in families() if family.applies_to(module))
    observe = getattr(family, "observe_inner", None)
    return observe(module, state, x, y) if observe else {}


def observer(module: nn.Module) -> Observe | None:
    """Return the function that counts a call of `module`; None if no family applies to it."""
    return next((family.observe for family in families() if family.applies_to(module)), None)

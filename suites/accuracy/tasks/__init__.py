"""The tasks, one file each. Its `load()` returns the Task and needs no internet access."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from suites.accuracy.task import Task


def names() -> list[str]:
    """Return the task axis: the files of this folder, without those that tasks share."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in modules if not name.startswith("_"))


@cache
def load(name: str) -> Task:
    """Load the task called `name`, once per process."""
    return importlib.import_module(f"{__name__}.{name}").load()

"""The tasks: one file each, whose `load()` makes the Task and needs no network."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from suites.accuracy.task import Task


def names() -> list[str]:
    """The task axis: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


@cache
def load(name: str) -> Task:
    """The task called `name`, made once per process."""
    return importlib.import_module(f"{__name__}.{name}").load()

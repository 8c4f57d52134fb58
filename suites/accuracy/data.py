"""What can be trained on: the tasks, and the real data sets in a folder that the user has."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path

import neurons
from suites.accuracy import tasks
from suites.accuracy.task import Task

DATASETS = Path(__file__).parent / "datasets"


def names() -> list[str]:
    """Return the tasks and the data sets."""
    datasets = (module.name for module in pkgutil.iter_modules([str(DATASETS)]))
    return sorted([*tasks.names(), *(name for name in datasets if not name.startswith("_"))])


def load(name: str, root: Path | None = None) -> Task:
    """Return a task, or a data set as one; `root` is the folder with the data sets."""
    if neurons.one_of("no task", name, names()) in tasks.names():
        return tasks.load(name)
    if root is None:
        raise ValueError(f"{name} is a data set; name the folder that has it with --data-root")
    return _dataset(name, root)


@lru_cache(maxsize=1)
def _dataset(name: str, root: Path) -> Task:
    """Return a data set; the last one stays in memory."""
    return importlib.import_module(f"suites.accuracy.datasets.{name}").load(root)

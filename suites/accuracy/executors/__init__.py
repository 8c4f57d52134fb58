"""The executors, one file each: where the trainings of a grid run. All give the same results.

    device()                                        "cpu" or "cuda": what each worker trains on
    run(function, jobs, workers=None, placement={}) yields each job with `function(job)`, as it ends

A worker runs one job at a time on one thread, and with GPUs on one GPU. If it dies, a new worker
runs its job again, RETRIES times at most; then the outcome is a Failure.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import neurons

RETRIES = 2
DIED = f"its worker died {RETRIES + 1} times"


def names() -> list[str]:
    """Return the executors: the files of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def get(name: str) -> Any:
    """Return the module of an executor; raise ValueError with the known names if there is none."""
    return importlib.import_module(f"{__name__}.{neurons.one_of('no executor', name, names())}")

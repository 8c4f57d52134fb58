"""The calls whose time is mostly their fixed cost."""

from __future__ import annotations

from functools import cache

from suites import cases
from suites.cases import Workload
from suites.profiles import Shape


@cache
def workloads(model: str, backend: str, shape: str) -> tuple[Workload, Workload]:
    """Return a workload in training and one in eval mode, built once per process.

    Raise NotImplementedError where the backend cannot run the model.
    """
    case = Shape.parse(shape)
    training = cases.build_workload(model, backend, case)
    return training, cases.build_workload(model, backend, case, training=False)

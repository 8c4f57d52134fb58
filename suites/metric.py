"""What asv and the gate have to know of a benchmark, said where the benchmark is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from suites import clock
from suites.profiles import profile

F = TypeVar("F", bound=Callable[..., Any])


def metric(
    *,
    unit: str | None = None,
    direction: str = "lower",
    gate: str | None = None,
    tolerance: float | Mapping[str, float] | None = None,
    version: str = "1",
    **attributes: Any,
) -> Callable[[F], F]:
    """Return a decorator that gives a benchmark its attributes, as `benchmarks.json` keeps them.

    Parameters
    ----------
    unit
        What one of the values is; asv knows that a time is in seconds.
    direction
        Which values are better: "lower" or "higher".
    gate
        The rule of the gate that judges it: "counter" or "numerics"; timings need none.
    tolerance
        The largest value, or for a counter the largest growth, that is still right: one for all
        cases, or one per value of an axis, e.g. `{"float32": 1e-5, "float64": 1e-12}`.
    version
        Another version starts a new series: raise it when the benchmark measures something else.
    **attributes
        Any other attribute that asv knows, as `skip_benchmark`.
    """
    stated = {"unit": unit, "gate": gate, "tolerance": tolerance}
    stated = {name: value for name, value in stated.items() if value is not None}

    def mark(function: F) -> F:
        vars(function).update(direction=direction, version=version, **stated, **attributes)
        return function

    return mark


class Timed:
    """How every timing is taken; asv repeats `setup` before every timed call."""

    timer = staticmethod(clock.now)
    number = 1
    rounds = profile().rounds
    repeat = profile().repeat
    timeout = 600

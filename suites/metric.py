"""Decorators that give a benchmark the attributes asv and the gate read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from suites import clock
from suites.profiles import Profile

Method = TypeVar("Method", bound=Callable[..., Any])
Benchmarks = TypeVar("Benchmarks", bound=type)


def metric(
    *,
    unit: str | None = None,
    direction: str = "lower",
    gate: str | None = None,
    tolerance: float | Mapping[str, float] | None = None,
    version: str = "1",
    **attributes: Any,
) -> Callable[[Method], Method]:
    """Return a decorator that gives a benchmark its attributes, as `benchmarks.json` keeps them.

    Parameters
    ----------
    unit
        The unit of a value; asv knows that a time is in seconds.
    direction
        Which values are better: "lower" or "higher".
    gate
        The rule of the gate for it: "counter" or "numerics"; timings need none.
    tolerance
        The largest value, or for a counter the largest growth, that is still right: one for all
        cases, or one per value of an axis, e.g. `{"float32": 1e-5, "float64": 1e-12}`.
    version
        A new version starts a new series: raise it when the benchmark measures something else.
    **attributes
        Any other attribute that asv knows, as `skip_benchmark`.
    """
    optional = {"unit": unit, "gate": gate, "tolerance": tolerance}
    attributes |= {name: value for name, value in optional.items() if value is not None}
    attributes |= {"direction": direction, "version": version}

    def mark(method: Method) -> Method:
        vars(method).update(attributes)
        return method

    return mark


def timed(profile: Profile) -> Callable[[Benchmarks], Benchmarks]:
    """Return a decorator for a class of timings: our clock, the profile's repetitions.

    Every sample is one call, with `setup` before it.
    """

    def mark(benchmarks: Benchmarks) -> Benchmarks:
        options: dict[str, Any] = {"timer": staticmethod(clock.now), "number": 1, "timeout": 600}
        options |= {"rounds": profile.rounds, "repeat": profile.repeat}
        options["warmup_time"] = profile.warmup
        for name, value in options.items():
            setattr(benchmarks, name, value)
        return benchmarks

    return mark

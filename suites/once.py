"""What one run tells of every model, for benchmarks that would each repeat it (setup_cache)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from suites import cases

Fact = TypeVar("Fact")


def each(measure: Callable[[str], Fact]) -> dict[str, Fact | Exception]:
    """Every model's fact; an error is kept for its own model, and costs no other."""
    found: dict[str, Fact | Exception] = {}
    for model in cases.models():
        try:
            found[model] = measure(model)
        except Exception as error:
            found[model] = error
    return found


def of(found: Mapping[str, Fact | Exception], model: str) -> Fact:
    """A model's fact; what stood in its way is raised, as NotImplementedError if it is n/a."""
    fact = found[model]
    if isinstance(fact, Exception):
        raise fact
    return fact

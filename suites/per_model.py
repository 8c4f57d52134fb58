"""What one run tells of every model, for benchmarks that would each repeat it (setup_cache)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from suites import axes

Fact = TypeVar("Fact")


def measure(run: Callable[[str], Fact]) -> dict[str, Fact | Exception]:
    """Return what `run` gives for every model; the error of one costs no other its fact."""
    facts: dict[str, Fact | Exception] = {}
    for model in axes.models():
        try:
            facts[model] = run(model)
        except Exception as error:
            facts[model] = error
    return facts


def fact(facts: Mapping[str, Fact | Exception], model: str) -> Fact:
    """Return a model's fact, or raise its error: NotImplementedError if it is n/a."""
    fact = facts[model]
    if isinstance(fact, Exception):
        raise fact
    return fact

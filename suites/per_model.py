"""One run per model whose results several benchmarks share, for asv's `setup_cache`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from suites import axes

Fact = TypeVar("Fact")


def measure(
    run: Callable[[str], Fact], models: Iterable[str] | None = None
) -> dict[str, Fact | Exception]:
    """Return the result of `run` for each of the models, or the error it raised for that model.

    Without `models`, for all.
    """
    facts: dict[str, Fact | Exception] = {}
    for model in axes.models() if models is None else models:
        try:
            facts[model] = run(model)
        except Exception as error:
            facts[model] = error
    return facts


def fact(facts: Mapping[str, Fact | Exception], model: str) -> Fact:
    """Return the result for a model, or raise its error: NotImplementedError means n/a."""
    result = facts[model]
    if isinstance(result, Exception):
        raise result
    return result

"""What must hold whatever comes in and however memory lies: every function says how much does not.

A layer under test is given with the float64 oracle where there is one to compare it with.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

import neurons
from suites import cases
from suites.gradients.comparison import distance, largest, layer, oracle, pull, upstream
from suites.profiles import Shape

SHAPE = Shape(69, 2, 8)  # two stretches between the states a kernel keeps, and a rest
STRANGE = (math.nan, math.inf, -math.inf)


def case(model: str, backend: str) -> tuple[neurons.Layer, Tensor]:
    """Return the layer of a case and its input."""
    return layer(model, backend, shape=SHAPE), cases.current(SHAPE)


@contextmanager
def poisoned() -> Iterator[None]:
    """torch fills new memory with NaN meanwhile."""
    deterministic: Any = torch.utils.deterministic
    filled = deterministic.fill_uninitialized_memory
    before = torch.are_deterministic_algorithms_enabled()
    deterministic.fill_uninitialized_memory = True
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        torch.use_deterministic_algorithms(before)
        deterministic.fill_uninitialized_memory = filled


def unwritten(layer: neurons.Layer, x: Tensor) -> int:
    """Values of the spikes and gradients that are what memory held before, or made of it."""
    with poisoned():
        return sum(int((~v.isfinite()).sum()) for v in pull(layer, x, upstream(x)))


def irreproducible(layer: neurons.Layer, x: Tensor) -> int:
    """Values of the spikes and gradients that another run on the same input does not repeat."""
    once, again = (pull(layer, x, upstream(x)) for _ in "ab")
    return sum(int((a != b).sum()) for a, b in zip(once, again, strict=True))


def layout_error(layer: neurons.Layer, x: Tensor) -> float:
    """Largest relative error of a gradient whose upstream one lies in memory in another way.

    Permuted, as from a transposed product, and expanded with stride 0, as from a sum.
    """
    permuted = upstream(x).permute(2, 1, 0).contiguous().permute(2, 1, 0)
    ones, errors = x.new_ones(()).expand(x.shape), list[float]()
    for strided in (permuted, ones):
        _, *expected = pull(layer, x, strided.contiguous())
        _, *found = pull(layer, x, strided)
        errors += map(distance, found, expected)
    return largest(errors)


def planted(x: Tensor, value: float) -> Tensor:
    """x with `value` at one step of one neuron."""
    x = x.clone()
    x[len(x) // 3, 0, 0] = value
    return x


def own_form(model: str, backend: str) -> neurons.Layer:
    """The oracle by steps, or by the sequence where the backend is that of sequences."""
    if backend == "eager":
        return layer(model, backend, dtype="float64", shape=SHAPE)
    return oracle(model, shape=SHAPE)


def wrong_numbers(layer: neurons.Layer, oracle: neurons.Layer, x: Tensor, value: float) -> int:
    """Spikes that hide a strange input: numbers, where the equations give NaN or another number.

    The equations are the oracle's, in the layer's own form: a sum of infinities depends on its
    order. A NaN that goes in must come out at once.
    """
    strange = planted(x, value)
    with torch.no_grad():
        s, exact = layer(strange).double(), oracle(strange.double())
    if math.isnan(value):
        exact[len(x) // 3, 0, 0] = math.nan
    its_own = torch.zeros_like(exact, dtype=torch.bool)
    its_own[:, 0, 0] = True
    judged = its_own | exact.isnan()
    return int((judged & ~s.isnan() & (s != exact)).sum())


def all_wrong_numbers(layer: neurons.Layer, x: Tensor, model: str, backend: str) -> int:
    """Return `wrong_numbers` of NaN, inf and -inf together."""
    exact = own_form(model, backend)
    return sum(wrong_numbers(layer, exact, x, value) for value in STRANGE)

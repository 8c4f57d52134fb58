"""Strange inputs, unwritten memory and memory layouts: each function returns how much is wrong."""

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
from suites.gradients.comparison import (
    distance,
    largest,
    layer,
    output_gradient,
    reference,
    spikes_and_gradients,
)
from suites.profiles import Shape

SHAPE = Shape(69, 2, 8)  # two segments of a kernel and a part of the third
STRANGE_VALUES = (math.nan, math.inf, -math.inf)


def layer_and_input(model: str, backend: str) -> tuple[neurons.Layer, Tensor]:
    """Return the layer of a case and its input."""
    return layer(model, backend, shape=SHAPE), cases.current(SHAPE)


@contextmanager
def new_memory_is_nan() -> Iterator[None]:
    """Have torch fill new memory with NaN inside this context."""
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
    """Return how many values of spikes and gradients are, or depend on, unwritten memory."""
    with new_memory_is_nan():
        values = spikes_and_gradients(layer, x, output_gradient(x))
        return sum(int((~v.isfinite()).sum()) for v in values)


def irreproducible(layer: neurons.Layer, x: Tensor) -> int:
    """Return how many values of spikes and gradients differ in a second run on the same input."""
    first, second = (spikes_and_gradients(layer, x, output_gradient(x)) for _ in range(2))
    return sum(int((a != b).sum()) for a, b in zip(first, second, strict=True))


def layout_error(layer: neurons.Layer, x: Tensor) -> float:
    """Return the largest relative error of a gradient if that of the output is not contiguous.

    It is permuted, as behind a transposed product, and expanded with stride 0, as behind a sum.
    """
    permuted = output_gradient(x).permute(2, 1, 0).contiguous().permute(2, 1, 0)
    ones, errors = x.new_ones(()).expand(x.shape), list[float]()
    for strided in (permuted, ones):
        _, *expected = spikes_and_gradients(layer, x, strided.contiguous())
        _, *gradients = spikes_and_gradients(layer, x, strided)
        errors += map(distance, gradients, expected)
    return largest(errors)


def with_value(x: Tensor, value: float) -> Tensor:
    """Return a copy of x with `value` at one step of one neuron."""
    x = x.clone()
    x[len(x) // 3, 0, 0] = value
    return x


def matching_reference(model: str, backend: str) -> neurons.Layer:
    """Return the reference in the form that the backend runs: steps, or on eager the sequence.

    Sums with infinities depend on their order, so the two forms may differ.
    """
    if backend == "eager":
        return layer(model, backend, dtype="float64", shape=SHAPE)
    return reference(model, shape=SHAPE)


def wrong_numbers(layer: neurons.Layer, reference: neurons.Layer, x: Tensor, value: float) -> int:
    """Return how many spikes hide a strange value: the reference gives NaN or another number.

    Only the neuron with the strange value and spikes that are NaN in the reference are compared. A
    NaN input must give a NaN spike in the same step.
    """
    strange = with_value(x, value)
    with torch.no_grad():
        s, expected = layer(strange).double(), reference(strange.double())
    if math.isnan(value):
        expected[len(x) // 3, 0, 0] = math.nan
    compared = expected.isnan()
    compared[:, 0, 0] = True
    return int((compared & ~s.isnan() & (s != expected)).sum())


def all_wrong_numbers(layer: neurons.Layer, x: Tensor, model: str, backend: str) -> int:
    """Return the sum of `wrong_numbers` for NaN, inf and -inf."""
    expected = matching_reference(model, backend)
    return sum(wrong_numbers(layer, expected, x, value) for value in STRANGE_VALUES)

"""What values an option may have, and the one line that says so."""

from __future__ import annotations

import math
import struct
from typing import Any, NamedTuple

from torch import Tensor

LARGEST = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]  # the largest number of float32


class Interval(NamedTuple):
    """The numbers between `low` and `high`; `closed` names the ends that belong to it."""

    low: float
    high: float
    closed: str = ""  # "low", "high" or "both"

    def holds(self, value: float) -> bool:
        """Return whether `value` is inside, exactly and rounded to float32; NaN is not.

        Raise OverflowError for a finite value that float32 does not have.
        """
        (rounded,) = struct.unpack("<f", struct.pack("<f", value))
        return self._holds(value) and self._holds(rounded)

    def _holds(self, value: float) -> bool:
        above = value >= self.low if self.closed in ("low", "both") else value > self.low
        below = value <= self.high if self.closed in ("high", "both") else value < self.high
        return above and below

    def __str__(self) -> str:
        if self.low == -math.inf:
            return "finite"
        opening = "[" if self.closed in ("low", "both") else "("
        ending = "]" if self.closed in ("high", "both") else ")"
        if self.high < math.inf:
            return f"in {opening}{self.low:g}, {self.high:g}{ending}"
        sign, infinite = (">=" if opening == "[" else ">"), ("" if ending == "]" else " and finite")
        return f"{sign} {self.low:g}{infinite}"


POSITIVE = Interval(0.0, math.inf)
NOT_NEGATIVE = Interval(0.0, math.inf, "low")
FINITE = Interval(-math.inf, math.inf)
FRACTION = Interval(0.0, 1.0)
THRESHOLD = Interval(0.0, math.inf, "high")  # v_th = inf silences a neuron that resets hard
TIME_CONSTANT = Interval(1.0, math.inf)  # tau [steps]
COUNT = range(1, 2**16 + 1)  # how many steps or inputs
Bound = Interval | tuple[str, ...] | range


def problem(value: Any, bound: Interval | range, kind: type) -> str:
    """Return what is allowed, e.g. "> 1 and finite", if `value` is not; "" if it is.

    `kind` is bool for an option that is True or False.
    """
    if kind is bool:
        return "" if isinstance(value, bool) else "True or False"
    if isinstance(bound, range):
        odd = "odd " if bound.step == 2 else ""
        allowed = f"an {odd}integer > 0, at most {bound[-1]}"
        return "" if is_integer(value) and value in bound else allowed
    if isinstance(value, bool) or not isinstance(value, (int, float, Tensor)):
        return f"a number {bound}"
    try:
        numbers = value.flatten().tolist() if isinstance(value, Tensor) else [float(value)]
        return "" if all(bound.holds(number) for number in numbers) else str(bound)
    except OverflowError:
        return f"at most {LARGEST:.1e}"
    except (TypeError, struct.error):  # complex numbers
        return f"a number {bound}"


def is_integer(value: Any) -> bool:
    """Return whether `value` is an int, and not True or False."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_shape(value: Any) -> bool:
    """Return whether `value` is a shape of neurons, (C, *)."""
    sizes = isinstance(value, (tuple, list)) and len(value) > 0
    return sizes and all(is_integer(size) and size > 0 for size in value)


def shown(value: Any) -> str:
    """Return how an error shows a value: in one line of at most 40 characters."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # an integer of more digits than Python prints
        text = "a huge integer"
    return text if len(text) <= 40 else f"{text[:37]}..."

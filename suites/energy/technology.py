"""What an operation costs on a chip.

Horowitz, "Computing's energy problem", ISSCC 2014: 45 nm, 0.9 V, energy of the arithmetic alone.

    [pJ]        add     multiply
    int8        0.03    0.2
    int32       0.1     3.1
    fp16        0.4     1.1
    fp32        0.9     3.7

A shift, scaled to 45 nm, takes 0.72 pJ; an exponential or a sigmoid becomes two shifts and an
addition once its base is 2 (DSN, appendix B.6; 2.34 pJ in fp32).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Technology:
    """Energy per operation [pJ].

    Attributes
    ----------
    small_mul
        A weight times an integer of a few bits. Horowitz gives none, so it is his smallest
        multiplier, 8 x 8 bits, whatever the precision of the weight.
    """

    name: str
    precision: str
    add: float
    mul: float
    small_mul: float = 0.2
    shift: float = 0.72

    @property
    def mac(self) -> float:
        """One multiply-accumulate."""
        return self.mul + self.add

    @property
    def ac(self) -> float:
        """One accumulation, which is all that a spike asks of a weight."""
        return self.add

    @property
    def prices(self) -> dict[str, float]:
        """By the names of `neurons.count`; a comparison is a subtraction, and so is rounding."""
        sigmoid = 2 * self.shift + self.add
        like_add = dict.fromkeys(("add", "compare", "round"), self.add)
        return {**like_add, "mul": self.mul, "transcendental": sigmoid}

    def price(self, operations: Mapping[str, float]) -> float:
        """Energy of a count of operations; those without a price are left out, see `unpriced`."""
        return sum(self.prices.get(kind, 0.0) * number for kind, number in operations.items())

    def unpriced(self, operations: Mapping[str, float]) -> tuple[str, ...]:
        """The operations this technology has no figure for."""
        return tuple(sorted(operations.keys() - self.prices.keys()))


FP32 = Technology("45 nm, 0.9 V (Horowitz 2014)", "fp32", add=0.9, mul=3.7)
FP16 = Technology("45 nm, 0.9 V (Horowitz 2014)", "fp16", add=0.4, mul=1.1)
INT32 = Technology("45 nm, 0.9 V (Horowitz 2014)", "int32", add=0.1, mul=3.1)
INT8 = Technology("45 nm, 0.9 V (Horowitz 2014)", "int8", add=0.03, mul=0.2)

PRESETS = {f"45nm-{t.precision}": t for t in (FP32, FP16, INT32, INT8)}

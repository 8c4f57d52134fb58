"""What an operation costs on a chip.

Horowitz, "Computing's energy problem", ISSCC 2014: 45 nm, 0.9 V, energy of the arithmetic alone.

    [pJ]        add     multiply
    int8        0.03    0.2
    int32       0.1     3.1
    fp16        0.4     1.1
    fp32        0.9     3.7

A shift, scaled to 45 nm, takes 0.72 pJ; an exponential or a sigmoid becomes two shifts and an
addition once its base is 2 (DSN, appendix B.6; 2.34 pJ in fp32).

Loihi, 14 nm (Davies et al., IEEE Micro 2018): 81 pJ for the update of a neuron and 27.1 pJ for a
synaptic operation, which is 23.6 pJ and, as KerasSpiking reads it, one hop between tiles at 3.5 pJ.
It does nothing else: a layer that reads analog values has no price there.

Any other is a file in TOML, energies in pJ, where what it has no price for is left out:

    name = "mine"
    precision = "int4"
    add = 0.01
    mul = 0.05
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Technology:
    """Energy per operation [pJ], None for what the chip has no price for.

    Attributes
    ----------
    small_mul
        A weight times an integer of a few bits. Horowitz gives none, so it is his smallest
        multiplier, 8 x 8 bits, whatever the precision of the weight.
    synapse
        What a spike costs per weight, if that is not an addition.
    update
        A neuron's step, whatever its equations.
    """

    name: str
    precision: str
    add: float | None = None
    mul: float | None = None
    small_mul: float | None = 0.2
    shift: float | None = 0.72
    synapse: float | None = None
    update: float | None = None

    @property
    def multiplies(self) -> bool:
        """Whether a multiply-accumulate has a price."""
        return self.mul is not None and self.add is not None

    @property
    def mac(self) -> float:
        """One multiply-accumulate; 0 without a price, see `multiplies`."""
        return (self.mul or 0.0) + (self.add or 0.0)

    @property
    def ac(self) -> float:
        """One accumulation, which is all that a spike asks of a weight."""
        return (self.add if self.synapse is None else self.synapse) or 0.0

    @property
    def prices(self) -> dict[str, float]:
        """By the names of `neurons.count`; a comparison is a subtraction, and so is rounding."""
        there: dict[str, float] = {} if self.mul is None else {"mul": self.mul}
        if self.add is not None:
            there |= dict.fromkeys(("add", "compare", "round"), self.add)
            there |= {} if self.shift is None else {"transcendental": 2 * self.shift + self.add}
        return there

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
LOIHI = Technology(
    "Loihi, 14 nm (Davies 2018)",
    "int8",
    small_mul=None,
    shift=None,
    synapse=27.1,
    update=81.0,
)

PRESETS = {f"45nm-{t.precision}": t for t in (FP32, FP16, INT32, INT8)} | {"loihi": LOIHI}


def find(name: str) -> Technology:
    """A preset, or what a file called *.toml says; ValueError or OSError in one line."""
    if name in PRESETS:
        return PRESETS[name]
    if not name.endswith(".toml"):
        known = ", ".join(PRESETS)
        raise ValueError(f"no technology {name!r}; known: {known}, or a file called *.toml")
    try:
        said = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise ValueError(f"{name} is no TOML: {why}") from None
    return read(said, name)


def read(said: Mapping[str, Any], where: str) -> Technology:
    """A technology from its keys."""
    words, known = ("name", "precision"), [f.name for f in fields(Technology)]
    for key, value in said.items():
        if key not in known:
            raise ValueError(f"{where} has the key {key!r}; known: {', '.join(known)}")
        right = isinstance(value, str if key in words else (int, float))
        if not right or isinstance(value, bool) or (key not in words and not 0 <= value < 1e12):
            kind = "a text" if key in words else "a number of pJ, 0 or more"
            raise ValueError(f"{where}: {key} = {value!r} is not allowed; it must be {kind}")
    missing = [key for key in words if key not in said]
    missing += [] if "synapse" in said or "add" in said else ["add"]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}; it needs name, precision and add")
    priced: dict[str, Any] = dict.fromkeys(("small_mul", "shift")) | dict(said)
    return Technology(**priced)

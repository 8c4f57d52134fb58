"""The price of each operation on a chip.

Horowitz, "Computing's energy problem", ISSCC 2014: 45 nm, 0.9 V, energy of the arithmetic only.

    [pJ]        add     multiply
    int8        0.03    0.2
    int32       0.1     3.1
    fp16        0.4     1.1
    fp32        0.9     3.7

A shift, scaled to 45 nm, costs 0.72 pJ. With base 2, an exponential or a sigmoid is two shifts and
an addition (DSN, appendix B.6; 2.34 pJ in fp32).

Loihi, 14 nm (Davies et al., IEEE Micro 2018): 81 pJ for the update of a neuron and 27.1 pJ for a
synaptic operation, which is 23.6 pJ and, as KerasSpiking reads it, one hop between tiles at 3.5 pJ.
It computes nothing else: a layer that reads analog values has no price there.

Write any other technology as a TOML file, energies in pJ, without the prices that it does not have:

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

import neurons

TEXTS = ("name", "precision")  # the keys that are not prices


@dataclass(frozen=True)
class Technology:
    """Energy per operation [pJ]; None where the chip has no price.

    Attributes
    ----------
    small_mul
        A weight times an integer of a few bits. Horowitz has no such price, so it is that of his
        smallest multiplier, 8 x 8 bits, for any precision of the weight.
    synapse
        A spike, per weight, if that is not the price of an addition.
    update
        One step of a neuron of any model.
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
        """Return whether a multiply-accumulate has a price."""
        return self.mul is not None and self.add is not None

    @property
    def mac(self) -> float:
        """The price of one multiply-accumulate; 0 if there is none, see `multiplies`."""
        return (self.mul or 0.0) + (self.add or 0.0)

    @property
    def ac(self) -> float:
        """The price of one accumulation: a spike that meets a weight."""
        return (self.add if self.synapse is None else self.synapse) or 0.0

    @property
    def prices(self) -> dict[str, float]:
        """The prices by the names of `opcount.count`; to compare or to round is to subtract."""
        prices: dict[str, float] = {} if self.mul is None else {"mul": self.mul}
        if self.add is not None:
            prices |= dict.fromkeys(("add", "compare", "round"), self.add)
            prices |= {} if self.shift is None else {"transcendental": 2 * self.shift + self.add}
        return prices

    def price(self, operations: Mapping[str, float]) -> float:
        """Return the energy of these operations, without those of `unpriced`."""
        return sum(self.prices.get(kind, 0.0) * number for kind, number in operations.items())

    def unpriced(self, operations: Mapping[str, float]) -> tuple[str, ...]:
        """Return the operations for which this technology has no price."""
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
    """Return a preset, or read a file *.toml; raise ValueError or OSError in one line."""
    if not name.endswith(".toml"):
        return PRESETS[neurons.one_of("not a file *.toml, and no technology", name, PRESETS)]
    try:
        values = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} is not valid TOML: {error}") from None
    return parse(values, name)


def parse(values: Mapping[str, Any], source: str) -> Technology:
    """Build a technology from its keys; raise ValueError in one line for a wrong one."""
    keys = [f.name for f in fields(Technology)]
    for key, value in values.items():
        neurons.one_of(f"{source}: there is no key", key, keys)
        if not _allowed(key, value):
            kind = "text" if key in TEXTS else "a number of pJ, 0 or more"
            raise ValueError(f"{source}: {key} = {value!r} is not allowed; it must be {kind}")
    absent = [key for key in TEXTS if key not in values]
    absent += [] if "synapse" in values or "add" in values else ["add"]
    if absent:
        raise ValueError(f"{source} lacks {', '.join(absent)}; it needs name, precision and add")
    prices: dict[str, Any] = dict.fromkeys(("small_mul", "shift")) | dict(values)
    return Technology(**prices)


def _allowed(key: str, value: object) -> bool:
    if key in TEXTS:
        return isinstance(value, str)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e12

"""One figure of a paper beside ours."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from suites.energy.call import ANALOG
from suites.energy.collect import collect
from suites.energy.ledger import Ledger

TABLES = Path(__file__).parent / "tables"
ROUNDING = 1 + 1e-6  # a tie is a matter of the last bit


class Printed(NamedTuple):
    """A figure and the unit of its last digit."""

    value: float
    unit: float

    def like(self, number: float) -> float:
        """Another number, rounded to the digits of this one."""
        return round(number / self.unit) * self.unit


class Table:
    """A table of a paper: rows of text."""

    def __init__(self, name: str) -> None:
        with (TABLES / name).open(newline="") as file:
            self.rows = list(csv.DictReader(file))

    def printed(self, row: dict[str, str], column: str) -> Printed:
        """A cell. A column has as many decimals as the longest; 1090 among them is of tens."""
        text, value = row[column], float(row[column])
        decimals = max(len(other[column].partition(".")[2]) for other in self.rows)
        if value and "." not in text and decimals:
            decimals = len(text.rstrip("0")) - len(text)
        return Printed(value, 10.0**-decimals)


@dataclass(frozen=True)
class Claim:
    """A figure of a paper, the same by our code, and whether they agree.

    Attributes
    ----------
    convention
        What was counted how, and which measured inputs are the paper's.
    within
        How far apart the two may be: half a unit of the last printed digit, if not given.
    why
        Why the figure does not come out; empty if it must.
    """

    table: str
    quantity: str
    printed: Printed
    ours: float
    unit: str
    convention: str
    within: float | None = None
    why: str = ""

    @property
    def difference(self) -> float:
        return self.ours - self.printed.value

    @property
    def reproduces(self) -> bool:
        within = self.printed.unit / 2 if self.within is None else self.within
        return abs(self.difference) <= within * ROUNDING

    @property
    def broken(self) -> bool:
        """It must come out and does not."""
        return not self.reproduces and not self.why

    def row(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "table": self.table,
            "quantity": self.quantity,
            "paper": self.printed.value,
            "ours": self.ours,
            "unit": self.unit,
            "difference": self.difference,
            "convention": self.convention + (f"; differs: {self.why}" if self.why else ""),
            "reproduces": self.reproduces,
        }


def counted(network: nn.Module, *shape: int) -> tuple[Ledger, int]:
    """The ledger of a network on noise of this shape, and its number of parameters.

    In training mode batch norms scale whatever the weights are to what neurons fire at.
    """
    noise = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    ledger = collect(network.train(), noise)
    return ledger, sum(p.numel() for p in network.parameters())


def fired(ledger: Ledger, rates: Iterable[float], T: int) -> Ledger:
    """The ledger as if its layers of neurons had fired at measured rates, for T steps.

    What reads spikes after them reads at those rates.
    """
    names = (e.name for e in ledger.entries if e.kind == "neuron")
    own, rate, made = dict(zip(names, rates, strict=True)), None, []
    for e in ledger.entries:
        if e.kind == "neuron":
            rate = own[e.name]
            e = replace(e, rate=rate)
        elif rate is not None and e.reads != ANALOG:
            e = replace(e, rate=rate)
        made.append(replace(e, steps=T))
    return replace(ledger, T=T, entries=tuple(made))

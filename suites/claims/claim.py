"""One number of a paper, and ours for it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from suites.energy.collect import collect
from suites.energy.ledger import Ledger
from suites.energy.values import ANALOG

TABLES = Path(__file__).parent / "tables"
ROUNDING = 1 + 1e-6  # for a difference of exactly half a unit of the last digit


class Printed(NamedTuple):
    """A printed number and the unit of its last digit."""

    value: float
    unit: float

    def round_like(self, number: float) -> float:
        """Return another number, rounded to the digits of this one."""
        return round(number / self.unit) * self.unit


class Table:
    """A table of a paper; `rows` are its rows, as text."""

    def __init__(self, name: str) -> None:
        with (TABLES / name).open(newline="") as file:
            self.rows = list(csv.DictReader(file))

    def printed(self, row: dict[str, str], column: str) -> Printed:
        """Return a cell, with the unit of the number in its column that has most decimals.

        An integer among decimals is an exception: 1090 is printed to its last digit that is not 0.
        """
        text, value = row[column], float(row[column])
        decimals = max(len(other[column].partition(".")[2]) for other in self.rows)
        if value and "." not in text and decimals:
            decimals = len(text.rstrip("0")) - len(text)
        return Printed(value, 10.0**-decimals)


@dataclass(frozen=True)
class Claim:
    """A number of a paper, the same number by our code, and whether they agree.

    Attributes
    ----------
    method
        What was counted by which rule, and which measured values are the paper's.
    tolerance
        The largest difference; None: half a unit of the last printed digit.
    why
        Why our number differs; empty if it must agree.
    """

    table: str
    quantity: str
    printed: Printed
    ours: float
    unit: str
    method: str
    tolerance: float | None = None
    why: str = ""

    @property
    def difference(self) -> float:
        return self.ours - self.printed.value

    @property
    def reproduces(self) -> bool:
        tolerance = self.printed.unit / 2 if self.tolerance is None else self.tolerance
        return abs(self.difference) <= tolerance * ROUNDING

    @property
    def broken(self) -> bool:
        """Whether it must agree and does not."""
        return not self.reproduces and not self.why

    def row(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "table": self.table,
            "quantity": self.quantity,
            "paper": self.printed.value,
            "ours": self.ours,
            "unit": self.unit,
            "difference": self.difference,
            "convention": self.method + (f"; differs: {self.why}" if self.why else ""),
            "reproduces": self.reproduces,
        }


def ledger_and_parameters(network: nn.Module, *shape: int) -> tuple[Ledger, int]:
    """Return the ledger of a network on noise of this shape, and its number of parameters.

    It runs in training mode: batch norms then scale any weights to a current at which neurons fire.
    """
    noise = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    ledger = collect(network.train(), noise)
    return ledger, sum(p.numel() for p in network.parameters())


def with_rates(ledger: Ledger, rates: Iterable[float], T: int) -> Ledger:
    """Return the ledger for T steps in which the layers of neurons fire at measured rates.

    The layers after them read spikes at those rates.
    """
    names = (e.name for e in ledger.entries if e.kind == "neuron")
    rates_by_name = dict(zip(names, rates, strict=True))
    rate, entries = None, []
    for e in ledger.entries:
        if e.kind == "neuron":
            rate = rates_by_name[e.name]
        if rate is not None and (e.kind == "neuron" or e.reads != ANALOG):
            e = replace(e, rate=rate)
        entries.append(replace(e, steps=T, per_sample=e.per_step * T))
    return replace(ledger, T=T, entries=tuple(entries))

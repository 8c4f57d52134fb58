"""What each neuron can do, found by experiment, beside the DSN paper's Table 1.

    suites.properties.table()                       # a Row per model and per variant
    suites.properties.holds("lif", "short_control")

A property is a function in `functions` or `conditions`; a subject is a model as it is drawn, or
one of the `VARIANTS` about which the paper's appendix makes a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

import neurons
from neurons import Layer, one_of
from suites.properties import conditions, functions
from suites.properties.paper import COLUMNS, EXPLAINED, PROPOSITIONS, TABLE_1
from suites.properties.probe import C, Make

__all__ = ["COLUMNS", "EXPLAINED", "PROPERTIES", "PROPOSITIONS", "TABLE_1", "VARIANTS", "Row"]
__all__ += ["differences", "holds", "subject", "table"]

PROPERTIES: dict[str, Callable[[Make], bool]] = {
    f.__name__: f
    for f in (
        *(functions.nonlinearity, functions.short_control, functions.long_control),
        *(conditions.causality, conditions.time_invariance, conditions.online),
        *(conditions.parallel, conditions.extrapolation),
    )
}


def drawn(model: str, **options: Any) -> Make:
    """Builds a model's layer for T steps, with the same parameters for the same T every time."""

    def make(T: int, **more: Any) -> Layer:
        sizes = {"T": T} if "T" in neurons.get(model).needs else {}
        generator = torch.Generator().manual_seed(0)
        how: dict[str, Any] = sizes | options | more
        steps = neurons.get(model).sequence and how.get("stateful")
        how.setdefault("backend", "serial" if steps else "eager")  # whose operations are torch's
        return Layer(model, shape=(C,), generator=generator, **how).double().eval()

    return make


def _resetting_dsn(T: int, **more: Any) -> Layer:
    """A DSN whose decay is 0 after any input that could have made it fire: Eq. A.17."""
    layer = drawn("dsn")(T, **more)
    weight, bias = layer.params.conv_weight.data, layer.params.conv_bias.data
    weight.zero_()
    weight[:, -2] = -40.0  # on the input before the present one
    bias.zero_()
    return layer


VARIANTS: dict[str, Make] = {
    "iaf, hard reset": drawn("iaf", reset="hard"),
    "lif, hard reset": drawn("lif", reset="hard"),
    "iaf, soft reset": drawn("iaf", reset="soft"),
    "lif, soft reset": drawn("lif", reset="soft"),
    "dsn, taps that reset": _resetting_dsn,
}


def subject(name: str) -> Make:
    """What to experiment on, by the name of a model or of a variant."""
    if name in VARIANTS:
        return VARIANTS[name]
    return drawn(one_of("no model or variant", name, neurons.names()))


def holds(name: str, what: str) -> bool:
    """Whether a model or a variant has a property."""
    return PROPERTIES[one_of("no property", what, PROPERTIES)](subject(name))


class Row(NamedTuple):
    """The answers for one model or variant, and the paper's where it gives one.

    `paper` is keyed by the column of Table 1 for a model, and by the property for a variant.
    """

    name: str
    measured: dict[str, bool]
    paper: dict[str, bool]

    def column(self, name: str) -> bool:
        """The answer to a column of Table 1, or to a property."""
        return all(self.measured[what] for what in COLUMNS.get(name, (name,)))


def stated(name: str) -> dict[str, bool]:
    """What the paper says of a model (Table 1) or of a variant (appendix A), {} if nothing."""
    if name in PROPOSITIONS:
        return dict(zip(COLUMNS["function 2"], PROPOSITIONS[name], strict=True))
    return dict(zip(COLUMNS, TABLE_1[name], strict=True)) if name in TABLE_1 else {}


def table(names: Iterable[str] | None = None) -> list[Row]:
    """A row per model and variant, or for those named; a second or two each."""
    chosen = [*neurons.names(), *VARIANTS] if names is None else names
    return [Row(n, {what: holds(n, what) for what in PROPERTIES}, stated(n)) for n in chosen]


def differences(row: Row) -> set[tuple[str, str]]:
    """Where a row is not what the paper says, as keys of `EXPLAINED`."""
    return {(row.name, column) for column, says in row.paper.items() if row.column(column) != says}

"""The properties of each neuron, measured, and those that the DSN paper gives in its Table 1.

    suites.properties.table()                       # a Row per model and per variant
    suites.properties.holds("lif", "short_control")

A property is a function in `functions` or `conditions`. It is measured on a model with its default
options, or on one of the `VARIANTS`, about which the paper's appendix makes a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

import neurons
from neurons import Layer, one_of
from suites.properties import conditions, functions
from suites.properties.paper import COLUMNS, EXPLAINED, PROPOSITIONS, TABLE_1
from suites.properties.probe import Builder, C

__all__ = ["COLUMNS", "EXPLAINED", "PROPERTIES", "PROPOSITIONS", "TABLE_1", "VARIANTS", "Row"]
__all__ += ["builder", "differences", "holds", "paper_answers", "table"]

PROPERTIES: dict[str, Callable[[Builder], bool]] = {
    f.__name__: f
    for f in (
        *(functions.nonlinearity, functions.short_control, functions.long_control),
        *(conditions.causality, conditions.shift_invariance, conditions.online),
        *(conditions.parallel, conditions.extrapolation),
    )
}


def builder(model: str, **options: Any) -> Builder:
    """Return a builder of a model's layer, which draws the same parameters for a T every time."""

    def build(T: int, **more: Any) -> Layer:
        neuron = neurons.get(model)
        arguments: dict[str, Any] = {"T": T} if "T" in neuron.needs else {}
        arguments |= options | more
        stepwise = neuron.sequence and arguments.get("stateful")
        # Both backends run operations of torch, which `parallel` counts.
        arguments.setdefault("backend", "serial" if stepwise else "eager")
        generator = torch.Generator().manual_seed(0)
        return Layer(model, shape=(C,), generator=generator, **arguments).double().eval()

    return build


def _resetting_dsn(T: int, **more: Any) -> Layer:
    """Build a DSN whose decay is 0 after any input that may have made it fire. Eq. A.17."""
    layer = builder("dsn")(T, **more)
    weight, bias = layer.params.conv_weight.data, layer.params.conv_bias.data
    weight.zero_()
    weight[:, -2] = -40.0  # the tap of the previous input
    bias.zero_()
    return layer


VARIANTS: dict[str, Builder] = {
    "iaf, hard reset": builder("iaf", reset="hard"),
    "lif, hard reset": builder("lif", reset="hard"),
    "iaf, soft reset": builder("iaf", reset="soft"),
    "lif, soft reset": builder("lif", reset="soft"),
    "dsn, taps that reset": _resetting_dsn,
}


def holds(name: str, property_name: str) -> bool:
    """Return whether a model or a variant has a property; ValueError for an unknown name."""
    has_property = PROPERTIES[one_of("no property", property_name, PROPERTIES)]
    if name in VARIANTS:
        return has_property(VARIANTS[name])
    return has_property(builder(one_of("no model or variant", name, neurons.names())))


class Row(NamedTuple):
    """The measured properties of a model or a variant, and the paper's if it gives them.

    The keys of `paper` are columns of Table 1 for a model, and properties for a variant.
    """

    name: str
    measured: dict[str, bool]
    paper: dict[str, bool]

    def column(self, name: str) -> bool:
        """Return the measured answer to a column of Table 1, or to a property."""
        return all(self.measured[part] for part in COLUMNS.get(name, (name,)))


def paper_answers(name: str) -> dict[str, bool]:
    """Return the paper's answers for a model (Table 1) or a variant (appendix A); {} if none."""
    if name in PROPOSITIONS:
        return dict(zip(COLUMNS["function 2"], PROPOSITIONS[name], strict=True))
    return dict(zip(COLUMNS, TABLE_1[name], strict=True)) if name in TABLE_1 else {}


def table(names: Iterable[str] | None = None) -> list[Row]:
    """Measure a row per model and variant, or for these names; a second or two each."""
    names = [*neurons.names(), *VARIANTS] if names is None else names
    return [
        Row(name, {key: holds(name, key) for key in PROPERTIES}, paper_answers(name))
        for name in names
    ]


def differences(row: Row) -> set[tuple[str, str]]:
    """Return where a row differs from the paper, as keys of `EXPLAINED`."""
    return {(row.name, key) for key, answer in row.paper.items() if row.column(key) != answer}

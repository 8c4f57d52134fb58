"""What a reader must know of single rows: neurons that fell silent, and work done twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import tables, units
from reports.tables import Cell, Head
from reports.view import View


def silent(view: View) -> dict[str, str]:
    """Return, of each model that stopped firing, after which step of which T: its earliest."""
    rows = view.ok("gradients", "last_spike").dropna(subset=["model", "T"])
    end = view.attribute("gradients", "silent_before") or 0.0  # of T
    rows = rows[rows["value"] < end * rows["T"]]
    return {row.model: _silent(row) for row in tables.tuples(rows.sort_values("T")[::-1])}


def _silent(row: Any) -> str:
    if row.value < 0:
        return f"never fires, T = {units.steps(int(row.T))}"
    return f"silent after step {units.steps(int(row.value))} of {units.steps(int(row.T))}"


def twice(view: View) -> dict[str, Sequence[str]]:
    """Return, of each model, the backends whose backward alone runs the forward again."""
    return view.attribute("speed", "forward_again") or {}


def column(
    view: View, pairs: Sequence[tuple[str, str]], backward: bool = False
) -> tuple[list[Head], list[list[Cell]]]:
    """Return a head and a cell for each pair of model and backend; nothing without a remark.

    `backward` says that the table has times of the backward alone.
    """
    quiet, again = silent(view), twice(view) if backward else {}
    texts = []
    for model, backend in pairs:
        remarks = [quiet.get(model, "")]
        if backend in again.get(model, ()):
            remarks.append("backward alone runs the forward again where T > 256")
        texts.append("; ".join(filter(None, remarks)))
    if not any(texts):
        return [], [[] for _ in pairs]
    return [Head("remark")], [
        [tables.text(text, "prose" if len(text) > 40 else "")] for text in texts
    ]

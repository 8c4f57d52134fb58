"""Pictures as plain JSON objects, which a record keeps and the report draws.

Each function returns {"picture": its name, "title": ..., ...its arguments}. A gap is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Values = Sequence[float | None]
Picture = dict[str, Any]


def lines(
    title: str,
    x: Sequence[float | str],
    lines: Mapping[str, Values],
    *,
    x_label: str = "",
    y_label: str = "",
    bands: Mapping[str, tuple[Values, Values]] | None = None,
    events: Mapping[str, Sequence[float]] | None = None,
    log: str = "",
) -> Picture:
    """Return a line per name over x.

    `bands` are lower and upper ends, `events` places on x that have a tick, and `log` names axes:
    "xy".
    """
    named = {name: _finite(values) for name, values in lines.items()}
    ends = {name: [_finite(low), _finite(high)] for name, (low, high) in (bands or {}).items()}
    ticks = {name: [*places] for name, places in (events or {}).items()}
    labels = {"x_label": x_label, "y_label": y_label, "log": log}
    values = {"x": [*x], "lines": named, "bands": ends, "events": ticks}
    return {"picture": "lines", "title": title, **values, **labels}


def heat(
    title: str,
    values: Sequence[Values],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    x_label: str = "",
    y_label: str = "",
    unit: str = "",
) -> Picture:
    """Return a field per value; `rows` are named from top to bottom."""
    fields = [_finite(row) for row in values]
    names = {"rows": [*rows], "columns": [*columns], "x_label": x_label, "y_label": y_label}
    return {"picture": "heat", "title": title, "values": fields, **names, "unit": unit}


def images(title: str, rows: Mapping[str, Sequence[Sequence[Values]]]) -> Picture:
    """Return rows of grey images, [H, W] each: 0 is black, 1 white."""
    grey = {
        name: [[_finite(line) for line in image] for image in row] for name, row in rows.items()
    }
    return {"picture": "images", "title": title, "rows": grey}


def bars(
    title: str,
    bars: Mapping[str, float | None],
    *,
    unit: str = "",
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> Picture:
    """Return a bar per name, with the ends of its interval where there is one."""
    values = dict(zip(bars, _finite([*bars.values()]), strict=True))
    ends = {name: [*pair] for name, pair in (intervals or {}).items()}
    return {"picture": "bars", "title": title, "bars": values, "unit": unit, "intervals": ends}


def _finite(values: Values) -> list[float | None]:
    """Return the values with four digits, which a picture shows; None for what is not finite."""
    return [
        None if value is None or not math.isfinite(value) else float(f"{value:.4g}")
        for value in values
    ]

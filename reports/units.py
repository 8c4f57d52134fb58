"""Format numbers for readers: three significant digits, a prefix, a unit."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

THIN = "\N{NARROW NO-BREAK SPACE}"
_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_SUPERSCRIPT = str.maketrans("-.0123456789", "⁻·⁰¹²³⁴⁵⁶⁷⁸⁹")

# asv's unit -> (the symbol that takes a prefix, what one of asv's units is in it)
_PREFIXED = {"seconds": ("s", 1.0), "bytes": ("B", 1.0), "nJ/sample": ("J/sample", 1e-9)}

_PLAIN = {
    "bytes/element": "B/element",
    "operations/step": "op/step",
    "relative error": "",
    "absolute error": "",
    "unit": "",
}


def digits(value: float, significant: int = 3) -> str:
    """Return `1 234`, `12.3`, `0.0123` or `1.2 × 10⁻⁷`, with that many significant digits."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = math.floor(math.log10(abs(float(f"{value:.{significant - 1}e}"))))
    if not -4 < exponent < 7:
        mantissa = f"{value / 10.0**exponent:.{significant - 1}f}"
        return f"{mantissa}{THIN}×{THIN}10{str(exponent).translate(_SUPERSCRIPT)}"
    return f"{value:,.{max(0, significant - 1 - exponent)}f}".replace(",", THIN)


def scale(values: Iterable[float], unit: str) -> tuple[float, str]:
    """Return the factor and the unit that bring the median of `values` between 1 and 1000."""
    if unit == "fraction":
        return 100.0, "%"
    if unit not in _PREFIXED:
        return 1.0, _PLAIN.get(unit, unit)
    symbol, size = _PREFIXED[unit]
    positive = np.array([v for v in values if v > 0 and math.isfinite(v)]) * size
    median = float(np.median(positive)) if positive.size else 1.0
    power = int(np.clip(3 * math.floor(math.log10(median) / 3), -12, 12))
    return size / 10.0**power, _PREFIXES[power] + symbol


def quantity(value: float, unit: str) -> str:
    """Return one number with its unit: `12.3 ms`."""
    factor, label = scale([value], unit)
    return f"{digits(value * factor)}{THIN}{label}".rstrip(THIN)


def tick(value: float, unit: str) -> str:
    """Return the label of a tick, with no more digits than an axis needs: `10 ms`, `0.5 %`, `20×`.

    The unit of an energy is given without `/sample`, which is part of the figure's title.
    """
    if unit == "×":
        return f"{value:g}×"
    if value == 0:
        return "0"
    factor, label = scale([value * (1 + 1e-9)], unit)
    scaled = value * factor
    text = f"{scaled:.4g}" if 1e-3 <= abs(scaled) < 1e5 else digits(scaled, 2)
    return f"{text}{THIN}{label.removesuffix('/sample')}".rstrip(THIN)


def times(ratio: float) -> str:
    """Return a ratio: `25.6×`, `3.42×`, `0.05×`."""
    return f"{ratio:.2f}×" if 0.01 <= ratio < 10 else f"{digits(ratio, 3 if ratio >= 10 else 1)}×"


def exact(value: float) -> str:
    """Return a count in full, without trailing zeros: `11`, `80.5`, `1 024`."""
    return f"{value:,.6g}".replace(",", THIN)


def power(exponent: float) -> str:
    """Return an exponent as superscript: `¹·⁰²`."""
    return f"{exponent:.2f}".translate(_SUPERSCRIPT)


def steps(count: int) -> str:
    """Return a number of time steps: `16 384`."""
    return f"{count:,}".replace(",", THIN)

"""`python -m suites.gradients [MODEL ...]`: spikes and gradients against the float64 oracle.

A row per case with its figures and, of the gradient that is worst, the element that is furthest
off: ours, the oracle's. What is over its tolerance is marked. Status 1 if anything is, 2 if there
is nothing to compare.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence

import neurons
from suites import cases
from suites.gradients import comparison
from suites.gradients.tolerance import TOLERANCE
from suites.profiles import ALL_SURROGATES

DTYPES = tuple(TOLERANCE["error"])
WIDTHS = {"model": 12, "backend": 8, "surrogate": 20, "dtype": 9}
FIGURES = ("flips", "far", "error", "direction", "scale")


def row(case: Sequence[str], compared: comparison.Compared) -> str:
    over = compared.over(case[-1])
    values = {"flips": compared.flips, "far": compared.far} | compared.figures
    shown = [f"{values[name]:.1e}{'*' if name in over else ' '}" for name in FIGURES]
    names = [f"{name:{width}}" for name, width in zip(case, WIDTHS.values(), strict=True)]
    return f"{''.join(names)}{''.join(f'{text:>10}' for text in shown)}  {compared.worst}"


def compare(asked: itertools.product[tuple[str, ...]]) -> int:
    """Print a row per case that can run here; the status."""
    heads = "".join(f"{name:{width}}" for name, width in WIDTHS.items())
    status, reason = 2, "no case asked for"
    for case in asked:
        try:
            compared = comparison.case(*case)
        except NotImplementedError as why:
            reason = str(why)
            continue
        if status == 2:
            figures = "".join(f"{name + ' ':>10}" for name in FIGURES)
            print(f"{heads}{figures}  worst element: ours, the oracle's")
            status = 0
        print(row(case, compared), flush=True)
        status = max(status, int(bool(compared.over(case[-1]))))
    if status == 2:
        print(f"python -m suites.gradients: nothing to compare: {reason}", file=sys.stderr)
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m suites.gradients", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all")
    known = neurons.backends.names()
    ours, own = cases.backends(), [comparison.DEFAULT]
    parser.add_argument("--backend", nargs="+", choices=known, default=ours, metavar="BACKEND")
    parser.add_argument("--surrogate", nargs="+", choices=[*ALL_SURROGATES, "all"], default=own)
    parser.add_argument("--dtype", nargs="+", choices=DTYPES, default=list(DTYPES))
    options = parser.parse_args(arguments)
    try:
        models = [neurons.get(name).name for name in options.models] or neurons.names()
    except ValueError as unknown:
        parser.error(str(unknown))
    surrogates = ALL_SURROGATES if "all" in options.surrogate else options.surrogate
    return compare(itertools.product(models, options.backend, surrogates, options.dtype))


if __name__ == "__main__":
    sys.exit(main())

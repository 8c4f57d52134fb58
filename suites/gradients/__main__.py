"""Compare spikes and gradients of backends with the float64 reference.

Print a row per case: its figures and, for the worst gradient, the element with the largest error as
"ours, the reference's". A star marks what exceeds its tolerance. The status is 1 if anything does,
2 if no case can be compared.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence

import neurons
from suites import cases, process
from suites.gradients import comparison
from suites.gradients.tolerance import TOLERANCE
from suites.profiles import ALL_SURROGATES

DTYPES = tuple(TOLERANCE["error"])
WIDTHS = {"model": 12, "backend": 8, "surrogate": 20, "dtype": 9}
FIGURES = ("flips", "far", "error", "direction", "scale")

Case = tuple[str, str, str, str]  # model, backend, surrogate, dtype


def row(case: Case, result: comparison.Comparison) -> str:
    """Return the row of a case."""
    exceeded = result.exceeded(case[-1])
    values = {"flips": result.flips, "far": result.far} | result.figures
    figures = [f"{values[name]:.1e}{'*' if name in exceeded else ' '}" for name in FIGURES]
    names = [f"{name:{width}}" for name, width in zip(case, WIDTHS.values(), strict=True)]
    return f"{''.join(names)}{''.join(f'{text:>10}' for text in figures)}  {result.worst}"


def compare(selected: Iterable[Case]) -> int:
    """Print a row for every case that can run here; return the exit status."""
    heads = "".join(f"{name:{width}}" for name, width in WIDTHS.items())
    status, reason = 2, "no case selected"
    for case in selected:
        try:
            result = comparison.compare_case(*case)
        except NotImplementedError as error:
            reason = str(error)
            continue
        if status == 2:
            figures = "".join(f"{name + ' ':>10}" for name in FIGURES)
            print(f"{heads}{figures}  worst element: ours, the reference's")
            status = 0
        print(row(case, result), flush=True)
        status = max(status, int(bool(result.exceeded(case[-1]))))
    if status == 2:
        print(f"python -m suites.gradients: nothing to compare: {reason}", file=sys.stderr)
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(prog="python -m suites.gradients", description=__doc__)
    options.add_argument("models", nargs="*", metavar="MODEL", help="default: all models")
    backends, default = neurons.backends.names(), cases.backends()
    options.add_argument(
        "--backend",
        nargs="+",
        choices=backends,
        default=default,
        metavar="BACKEND",
        help=f"of {', '.join(backends)}; default: those of the profile, {', '.join(default)}",
    )
    options.add_argument(
        "--surrogate",
        nargs="+",
        choices=[*ALL_SURROGATES, "all"],
        default=[comparison.DEFAULT],
        metavar="SURROGATE",
        help=f"of {', '.join(ALL_SURROGATES)} (the model's own surrogate is "
        f"{comparison.DEFAULT!r}), or all; default: {comparison.DEFAULT}",
    )
    options.add_argument(
        "--dtype",
        nargs="+",
        choices=DTYPES,
        default=list(DTYPES),
        metavar="DTYPE",
        help=f"of {', '.join(DTYPES)}; default: all",
    )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    command = parser()
    options = command.parse_args(arguments)
    try:
        models = [neurons.get(name).name for name in options.models] or neurons.names()
    except ValueError as error:
        command.error(str(error))
    surrogates = ALL_SURROGATES if "all" in options.surrogate else options.surrogate
    return compare(itertools.product(models, options.backend, surrogates, options.dtype))


if __name__ == "__main__":
    process.prepare()
    sys.exit(main())

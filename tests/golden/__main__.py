"""Does every model repeat its golden vectors?

Below a PATH that is given, a case that cannot be built is a failure. Without one, all vectors of
the repository run, and cases of neurons that do not exist yet are listed apart.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import torch
from tqdm import tqdm

import neurons
from neurons.contract import one_of
from tests.golden import cases, check
from tests.golden.cases import UnbuiltError
from tests.golden.check import Verdict

COSTLY = "compile"  # seconds per case


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.golden", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or cases")
    known = ", ".join(neurons.backends.names())
    parser.add_argument(
        "--backend",
        action="append",
        metavar="NAME",
        help=f"one of {known}, or all; may be repeated; default: all but {COSTLY}, which is slow",
    )
    return parser.parse_args(argv)


def chosen(asked: list[str] | None) -> list[str]:
    """The backends to run; ValueError for an unknown one."""
    known = neurons.backends.names()
    if asked is None:
        return [name for name in known if name != COSTLY]
    asked = [one_of("backend", name, [*known, "all"]) for name in asked]
    return known if "all" in asked else asked


def report(neuron: str, verdicts: list[Verdict]) -> str:
    """One line: how many cases, how many passed, how far off."""
    passed = sum(not verdict.wrong for verdict in verdicts)
    worst = {
        dtype: max((verdict.worst.get(dtype, 0.0) for verdict in verdicts), default=0.0)
        for dtype in check.TOLERANCE
    }
    errors = ", ".join(f"{error:.1e} in {check.spell(dtype)}" for dtype, error in worst.items())
    counted = f"{len(verdicts):3} cases {passed:3} passed"
    return f"{neuron:24} {counted}   worst relative error {errors}"


def main(argv: list[str] | None = None) -> int:
    """0 if all cases pass, 1 if one fails, 2 if it was asked for something that is not there."""
    args = arguments(argv)
    try:
        found, backends = cases.find(*args.paths or [cases.VECTORS]), chosen(args.backend)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    verdicts: dict[str, list[Verdict]] = {}
    unbuilt: Counter[str] = Counter()
    for case in tqdm(found, unit="case", leave=False, disable=None):
        try:
            verdict = check.judge(case, backends)
        except UnbuiltError as reason:
            if not args.paths:
                unbuilt[case.neuron] += 1
                continue
            verdict = Verdict({}, [f"{case.name}: {reason}"])
        verdicts.setdefault(case.neuron, []).append(verdict)
    for neuron, judged in verdicts.items():
        print(report(neuron, judged))
    if unbuilt:
        listed = ", ".join(f"{neuron} ({number})" for neuron, number in unbuilt.items())
        print(f"not built yet: {unbuilt.total()} cases of {listed}")
    wrong = [line for judged in verdicts.values() for verdict in judged for line in verdict.wrong]
    print(*(f"FAILED {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    torch.set_num_threads(1)  # the cases are small
    sys.exit(main())

"""Does every model repeat its golden vectors, below the PATHs or all of the repository's?

Spikes, trajectories and gradients in float64 and in float32. A case that cannot be read, built or
run is a failure.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from tqdm import tqdm

import neurons
from neurons import one_of
from neurons.backends import BACKENDS, Backend
from tests.golden import cases, check
from tests.golden.cases import VECTORS, Case
from tests.golden.check import Verdict

COSTLY = "compile"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.golden", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or cases")
    known = ", ".join(neurons.backends.names())
    parser.add_argument(
        "--backend",
        action="append",
        metavar="NAME",
        help=f"one of {known}, or all; may be repeated; default: all but {COSTLY}, which takes "
        "some 12 s per case and half an hour for all vectors",
    )
    return parser.parse_args(argv)


def chosen(asked: list[str] | None) -> list[str]:
    """The backends to run; ValueError for an unknown one."""
    known = neurons.backends.names()
    if asked is None:
        return [name for name in known if name != COSTLY]
    asked = [one_of("backend", name, [*known, "all"]) for name in asked]
    return known if "all" in asked else asked


def judged(sidecar: Path, backends: list[str]) -> tuple[str, Verdict]:
    """A case's neuron and its verdict; files that cannot be read go by their folder and name."""
    unread: list[str] = []
    with check.noted(unread, f"{sidecar.parent.name}/{sidecar.stem}"):
        case = Case.load(sidecar)
        return case.neuron, check.judge(case, backends)
    return sidecar.parent.name, Verdict({}, unread)


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


def lent(backend: Backend, device: str) -> Backend:
    """The backend at work on another device, for tensors that lie, and stay, on the CPU."""

    def moved(record: Any, to: str) -> Any:
        return record and type(record)(*(v.to(to) if isinstance(v, Tensor) else v for v in record))

    def run(neuron: Any, x: Tensor, p: Any, fire: Any, state: Any) -> tuple[Tensor, Any]:
        s, state = backend.run(neuron, x.to(device), moved(p, device), fire, moved(state, device))
        return s.to("cpu"), moved(state, "cpu")

    return backend._replace(run=run)


def main(argv: list[str] | None = None) -> int:
    """0 if all cases pass, 1 if one fails, 2 if it was asked for something that is not there."""
    args = arguments(argv)
    try:
        found, backends = cases.sidecars(*args.paths or [VECTORS]), chosen(args.backend)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    verdicts: dict[str, list[Verdict]] = {}
    on_gpu = {"triton": lent(BACKENDS["triton"], "cuda")} if torch.cuda.is_available() else {}
    with patch.dict(BACKENDS, on_gpu):
        for sidecar in tqdm(found, unit="case", leave=False, disable=None):
            neuron, verdict = judged(sidecar, backends)
            verdicts.setdefault(neuron, []).append(verdict)
    for neuron, each in verdicts.items():
        print(report(neuron, each))
    wrong = [line for each in verdicts.values() for verdict in each for line in verdict.wrong]
    print(*(f"FAILED {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    torch.set_num_threads(1)  # the cases are small
    sys.exit(main())

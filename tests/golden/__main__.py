"""Check that the models reproduce their golden vectors: those below the PATHs, or all.

Spikes, trajectories and gradients are compared in float64 and in float32. A case that cannot be
read, built or run is a failure.
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

SLOW = "compile"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.golden", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or cases")
    known = ", ".join(neurons.backends.names())
    parser.add_argument(
        "--backend",
        action="append",
        metavar="NAME",
        help=f"one of {known}, or all; may be repeated; default: all but {SLOW}, which takes "
        "some 12 s per case and half an hour for all vectors",
    )
    return parser.parse_args(argv)


def selected(backends: list[str] | None) -> list[str]:
    """Return the backends to run; ValueError for an unknown one."""
    known = neurons.backends.names()
    if backends is None:
        return [name for name in known if name != SLOW]
    backends = [one_of("no backend", name, [*known, "all"]) for name in backends]
    return known if "all" in backends else backends


def judge(sidecar: Path, backends: list[str]) -> tuple[str, Verdict]:
    """Return a case's neuron and its verdict; for unreadable files, their folder's name instead."""
    unread: list[str] = []
    with check.errors_added_to(unread, f"{sidecar.parent.name}/{sidecar.stem}"):
        case = Case.load(sidecar)
        return case.neuron, check.judge(case, backends)
    return sidecar.parent.name, Verdict({}, unread)


def report(neuron: str, verdicts: list[Verdict]) -> str:
    """Return one line: the number of cases, how many passed, and the largest errors."""
    passed = sum(not verdict.wrong for verdict in verdicts)
    worst = {
        dtype: max((verdict.worst.get(dtype, 0.0) for verdict in verdicts), default=0.0)
        for dtype in check.DTYPES
    }
    errors = ", ".join(
        f"{error:.1e} in {check.dtype_name(dtype)}" for dtype, error in worst.items()
    )
    counts = f"{len(verdicts):3} cases {passed:3} passed"
    return f"{neuron:24} {counts}   worst relative error {errors}"


def on_device(backend: Backend, device: str) -> Backend:
    """Return the backend that runs on another device, with inputs and results on the CPU."""

    def moved(record: Any, to: str) -> Any:
        return record and type(record)(*(v.to(to) if isinstance(v, Tensor) else v for v in record))

    def run(neuron: Any, x: Tensor, p: Any, fire: Any, state: Any) -> tuple[Tensor, Any]:
        s, state = backend.run(neuron, x.to(device), moved(p, device), fire, moved(state, device))
        return s.to("cpu"), moved(state, "cpu")

    return backend._replace(run=run)


def main(argv: list[str] | None = None) -> int:
    """Return 0 if all cases pass, 1 if one fails, 2 for an unknown path or backend."""
    args = arguments(argv)
    try:
        sidecars, backends = cases.sidecars(*args.paths or [VECTORS]), selected(args.backend)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    verdicts: dict[str, list[Verdict]] = {}
    on_gpu = {"triton": on_device(BACKENDS["triton"], "cuda")} if torch.cuda.is_available() else {}
    with patch.dict(BACKENDS, on_gpu):
        for sidecar in tqdm(sidecars, unit="case", leave=False, disable=None):
            neuron, verdict = judge(sidecar, backends)
            verdicts.setdefault(neuron, []).append(verdict)
    for neuron, results in verdicts.items():
        print(report(neuron, results))
    wrong = [line for v in verdicts.values() for verdict in v for line in verdict.wrong]
    print(*(f"FAILED {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    torch.set_num_threads(1)  # the cases are small
    sys.exit(main())

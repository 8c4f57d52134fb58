"""What both ways of keeping a generated kernel's states cost: time and memory of a training step.

The forward keeps the states of every step, or of every 32nd, from which the backward computes those
between again. Printed as Markdown for the models and shapes of the profile; nothing is recorded.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple
from unittest.mock import patch

from tqdm import tqdm

from neurons.backends import cpu, triton
from suites import cases, clock
from suites.memory.suite import Memory
from suites.profiles import profile
from suites.speed.suite import Training

KERNELS: dict[str, Any] = {"cpu": cpu.Library, "triton": triton.Kernels}
REPEAT = 10


class Cost(NamedTuple):
    seconds: float  # median of a training step
    peak: float  # bytes above what the case holds before it


def cost(every: int, case: tuple[str, str, str]) -> Cost:
    """Of a (model, backend, shape) that keeps the states of every so manieth step."""
    training, memory = Training(), Memory()
    with patch.object(KERNELS[case[1]], "every", every):
        training.setup(*case)
        memory.setup(*case)
        peak = memory.track_peak_bytes(*case)  # which warms up
        return Cost(statistics.median(once(training, case) for _ in range(REPEAT)), peak)


def once(training: Training, case: tuple[str, str, str]) -> float:
    start = clock.now()
    training.time_training(*case)
    return clock.now() - start


def rows(model: str, backend: str, ways: Sequence[int]) -> list[str]:
    """A model's rows of the table, one per shape; NotImplementedError if it has no kernel here."""
    made = []
    for shape in map(str, profile().shapes_of(model, backend)):
        costs = [cost(every, (model, backend, shape)) for every in ways]
        cells = [f"{c.seconds * 1e3:.3f} ms, {c.peak / 2**20:.1f} MiB" for c in costs]
        made.append(f"| {' | '.join([model, shape, *cells])} |")
        cases.workload.cache_clear()  # or the inputs of all shapes would stay
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ci.checkpoints", description=__doc__)
    parser.add_argument("--backend", choices=sorted(KERNELS), default="triton")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all with a kernel")
    options = parser.parse_args(arguments)
    ways = (1, KERNELS[options.backend].every)
    lines, lacking = [], {}
    for model in tqdm(options.models or cases.models(), unit="model", disable=None):
        try:
            lines += rows(model, options.backend, ways)
        except NotImplementedError as why:
            lacking[model] = why
    if not lines:
        print(*(f"{model}: {why}" for model, why in lacking.items()), sep="\n", file=sys.stderr)
        return 2
    heads = [f"states of every {every} steps" if every > 1 else "all states" for every in ways]
    print(f"| {' | '.join(['model', 'shape', *heads])} |", "|---|---|---|---|", *lines, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

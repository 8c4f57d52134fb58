"""What checkpoints of a generated kernel cost: time and memory of a training step.

The forward stores the state of every step, or of every 32nd, on a GPU of every 8th; from a
checkpoint the backward computes the steps after it again. Printed as Markdown, for the models and
shapes of the profile.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple
from unittest.mock import patch

from tqdm import tqdm

from neurons.codegen import generated, triton
from suites import cases, clock
from suites.memory.suite import Memory
from suites.profiles import profile
from suites.speed.suite import Training

# Where the backends that run generated kernels have their steps from checkpoint to checkpoint.
INTERVALS = {"cpu": (generated, "CHECKPOINT_INTERVAL"), "triton": (triton, "INTERVAL")}
REPEAT = 10


class Cost(NamedTuple):
    seconds: float  # median of a training step
    peak: float  # bytes above what the case holds before it


def cost(interval: int, case: tuple[str, str, str]) -> Cost:
    """Return the cost of a case (model, backend, shape) with checkpoints at this interval."""
    training, memory = Training(), Memory()
    with patch.object(*INTERVALS[case[1]], interval):
        training.setup(*case)
        memory.setup(*case)
        peak = memory.track_peak_bytes(*case)  # which warms up
        return Cost(statistics.median(seconds(training, case) for _ in range(REPEAT)), peak)


def intervals(backend: str) -> tuple[int, int]:
    """Return the steps from checkpoint to checkpoint that are compared: 1, and the backend's."""
    return 1, getattr(*INTERVALS[backend])


def seconds(training: Training, case: tuple[str, str, str]) -> float:
    """Return the time of one training step."""
    start = clock.now()
    training.time_training(*case)
    return clock.now() - start


def rows(model: str, backend: str) -> list[str]:
    """Return a model's rows of the table, one per shape.

    Raise NotImplementedError if the backend cannot run the model here.
    """
    lines = []
    for shape in map(str, profile().shapes_of(model, backend)):
        costs = [cost(interval, (model, backend, shape)) for interval in intervals(backend)]
        cells = [f"{c.seconds * 1e3:.3f} ms, {c.peak / 2**20:.1f} MiB" for c in costs]
        lines.append(f"| {' | '.join([model, shape, *cells])} |")
        cases.workload.cache_clear()  # or the inputs of all shapes would stay in memory
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 2 if no model can run."""
    parser = argparse.ArgumentParser(prog="python -m ci.checkpoints", description=__doc__)
    parser.add_argument("--backend", choices=INTERVALS, default="triton")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all with a kernel")
    options = parser.parse_args(arguments)
    lines, refusals = [], []
    for model in tqdm(options.models or cases.models(), unit="model", disable=None):
        try:
            lines += rows(model, options.backend)
        except NotImplementedError as refusal:
            refusals.append(str(refusal))
    if not lines:
        print(*refusals, sep="\n", file=sys.stderr)
        return 2
    heads = [
        f"states of every {i} steps" if i > 1 else "all states" for i in intervals(options.backend)
    ]
    print(f"| {' | '.join(['model', 'shape', *heads])} |", "|---|---|---|---|", *lines, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

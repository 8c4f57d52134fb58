"""The share of a call that its kernel takes; the rest is the fixed cost of a call."""

from suites import cases, clock
from suites.cases import Workload
from suites.profiles import Shape

ONE_STEP = Shape(1, 1, 64)  # so little work that its time is the fixed cost
CALLS, LIMIT = 50, 2.0  # calls at most, and seconds after which no other starts


def one_step(model: str, backend: str) -> Workload:
    """Return the workload whose training step takes the fixed cost of a call."""
    return cases.build_workload(model, backend, ONE_STEP)


def kernel_share(workload: Workload, fixed: Workload) -> float:
    """Return 1 - (seconds of `fixed`) / (seconds of `workload`), of forward and backward.

    Both are the fastest of calls that alternate. `fixed` runs a kernel too, for one step, so the
    true share is slightly larger.
    """
    long, short = clock.best_seconds([workload.training, fixed.training], CALLS, LIMIT)
    return max(0.0, 1 - short / long)

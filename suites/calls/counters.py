"""Counts of a training step that do not depend on the machine."""

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from suites.cases import Workload


class DispatchCounter(TorchDispatchMode):
    """A context that counts the operations passing torch's dispatcher, as `count`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


def dispatched_per_step(workload: Workload) -> float:
    """Return how many operations forward and backward dispatch, per time step."""
    with DispatchCounter() as counter:
        workload.training()
    return counter.count / len(workload.x)

"""A compiled program: what it takes, and how torch's operators find it."""

from __future__ import annotations

import itertools
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

from torch import Tensor

from neurons.codegen.program import Program


class ForwardArguments(NamedTuple):
    """The tensors of a forward over T steps of M neurons.

    Rows are those of all tensors of a kind; there are T / interval checkpoints, rounded up.
    """

    x: Tensor  # [T, M]
    neuron_params: Tensor  # [rows, M]
    common_params: Tensor  # [rows, 1]
    tables: Tensor  # [rows, M]
    s: Tensor  # [T, M], written
    state: Tensor  # [rows, M], the first state, replaced by the last one
    shared_state: Tensor  # [rows, 1], replaced by the last one
    checkpoints: Tensor  # [checkpoints, rows, M], written
    shared_checkpoints: Tensor  # [checkpoints, rows, 1], written


class BackwardArguments(NamedTuple):
    """The tensors of a backward; shapes are those of `ForwardArguments`."""

    x: Tensor
    neuron_params: Tensor
    common_params: Tensor
    tables: Tensor
    checkpoints: Tensor
    shared_checkpoints: Tensor
    grad_s: Tensor  # [T, M]
    grad_state: Tensor  # [rows, M], of the last state, replaced by that of the first
    grad_x: Tensor  # [T, M], written
    grad_neuron_params: Tensor  # [rows, M], written
    grad_common_params: Tensor  # [rows, M], written: to be summed over neurons
    grad_tables: Tensor  # [rows, M], added to


class Kernel(Protocol):
    """A program compiled for a device and a dtype."""

    program: Program

    @property
    def interval(self) -> int:
        """Return the steps from checkpoint to checkpoint."""

    def forward(self, interval: int, arguments: ForwardArguments) -> None:
        """Run T steps; store a checkpoint every `interval` steps, none if it is 0."""

    def backward(self, interval: int, arguments: BackwardArguments) -> None:
        """Run the T steps backward."""


class Handle:
    """Owns a kernel. Operators of torch take no objects, so they get the handle's number."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.number = next(_numbers)
        _handles[self.number] = self


_numbers = itertools.count()
_handles: WeakValueDictionary[int, Handle] = WeakValueDictionary()


def kernel(number: int) -> Kernel:
    """Return the kernel of the handle with this number."""
    return _handles[number].kernel

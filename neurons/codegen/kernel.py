"""A compiled program, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from torch import Tensor

from neurons.codegen.program import Program


class ForwardArguments(NamedTuple):
    """The tensors of a forward over T steps of M neurons, in C chunks of T / C steps.

    Rows are those of all tensors of a kind; a chunk has T / C / interval checkpoints, rounded up.
    """

    x: Tensor  # [T, M]
    neuron_params: Tensor  # [rows, M]
    common_params: Tensor  # [rows, 1]
    tables: Tensor  # [rows, M]
    s: Tensor  # [T, M], written
    state: Tensor  # [C, rows, M], the first state of each chunk, replaced by its last
    shared_state: Tensor  # [rows, 1], replaced by the last one
    checkpoints: Tensor  # [C, checkpoints, rows, M], written
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
    grad_state: Tensor  # [C, rows, M], of the last states, replaced by that of the first
    grad_x: Tensor  # [T, M], written
    grad_neuron_params: Tensor  # [C, rows, M], written
    grad_common_params: Tensor  # [C, rows, M], written: to be summed over neurons
    grad_tables: Tensor  # [rows, M], added to


class Kernel(Protocol):
    """A program compiled for a device and a dtype.

    It takes contiguous tensors of that dtype; which, and in what shapes, is the backend's choice.
    """

    program: Program
    states: int  # tensors of a state
    params: int  # tensors of the parameters
    checkpoints: int  # tensors of checkpoints

    def chunks(self, T: int, M: int) -> int:
        """Return the number of chunks, a divisor of T, for a program that is affine."""

    def outputs(self, x: Tensor, state: Sequence[Tensor], interval: int) -> list[Tensor]:
        """Return new tensors for the results of `forward`."""

    def forward(
        self, x: Tensor, state: Sequence[Tensor], params: Sequence[Tensor], interval: int
    ) -> list[Tensor]:
        """Run T steps; return the spikes, the last state, and a checkpoint every `interval` steps.

        There are no checkpoints if it is 0. An empty state is that of the program.
        """

    def backward(
        self,
        x: Tensor,
        params: Sequence[Tensor],
        checkpoints: Sequence[Tensor],
        grad_s: Tensor,
        grad_state: Sequence[Tensor | None],
        interval: int,
        first_state: bool,
    ) -> list[Tensor | None]:
        """Return the gradients of x, of the first state if wanted, and of the parameters.

        `grad_state` are those of the last state, None for zeros. What does not learn has None.
        """

"""A compiled program, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from neurons.codegen.program import Program


class Kernel(Protocol):
    """A program compiled for a device and a dtype.

    It takes contiguous tensors of that dtype; which, and in what shapes, is the backend's choice.
    """

    program: Program
    states: int  # tensors of a state
    params: int  # tensors of the parameters
    checkpoints: int  # tensors of checkpoints

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

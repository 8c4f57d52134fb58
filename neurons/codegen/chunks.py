"""Chunks of steps that run in parallel, so that few neurons fill a GPU.

If the state is an affine function of the state before, h[t] = a[t] h[t-1] + b[t], with a and b
computed from the input alone, then the state at the end of a chunk is affine in the state at its
start. One walk of all chunks at once, from 0 and from each unit vector, gives b and a of each; one
pass over the chunks gives their first states; and then all chunks run at once from these. A row of
the state that only delays the input is known without that. The gradient of a chunk's first state is
affine in that of its last one, and found in the same way, backward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from neurons.codegen.operations import LINEAR, Input, Instruction, Operation, UnsupportedStepError
from neurons.codegen.program import Program


def computed_rows(program: Program) -> list[int]:
    """Return the rows of the state that do not only delay the input."""
    return [row for row, delay in enumerate(program.delays) if not delay]


def linear_parts(
    program: Program, outputs: Sequence[int], kind: Input, rows: Iterable[int]
) -> tuple[Program, list[int]]:
    """Return the program with the linear parts of outputs that are affine in inputs, and its nodes.

    The inputs are rows of a kind. The linear part of an output is what the inputs add to it.
    """
    parts = _Parts(program, {(kind, row) for row in rows})
    nodes = [parts.or_zero(node) for node in outputs]
    return replace(program, instructions=parts.instructions), nodes


class _Parts:
    """Appends instructions that compute linear parts."""

    def __init__(self, program: Program, inputs: set[tuple[Input, int]]) -> None:
        self.instructions, self.inputs = list(program.instructions), inputs
        self._parts: dict[int, int | None] = {}
        self._zero: int | None = None

    def or_zero(self, node: int) -> int:
        """Return the node of a node's linear part, or of the constant 0."""
        part = self.of(node)
        if part is not None:
            return part
        if self._zero is None:
            self._zero = self._new(Operation.CONSTANT, (), 0.0)
        return self._zero

    def of(self, node: int) -> int | None:
        """Return the node of a node's linear part, None if the inputs add nothing to it."""
        if node not in self._parts:
            self._parts[node] = self._part(node)
        return self._parts[node]

    def _part(self, node: int) -> int | None:
        operation, arguments, _, row, _ = self.instructions[node]
        if (operation, row) in self.inputs:
            return node
        parts = [self.of(argument) for argument in arguments]
        present = [part for part in parts if part is not None]
        if not present:
            return None
        if operation is Operation.WHERE:
            condition, *values = arguments
            return self._new(operation, (condition, *map(self.or_zero, values)))
        if operation in LINEAR:
            if len(present) == len(parts):
                return self._new(operation, tuple(present))
            subtracted = operation is Operation.SUB and parts[0] is None
            return self._new(Operation.NEG, (present[0],)) if subtracted else present[0]
        if operation not in (Operation.MUL, Operation.DIV) or len(present) > 1:
            raise UnsupportedStepError(f"its step is not affine: it uses {operation.value!r}")
        pairs = zip(parts, arguments, strict=True)
        factors = tuple(argument if part is None else part for part, argument in pairs)
        return self._new(operation, factors)

    def _new(
        self, operation: Operation | Input, arguments: tuple[int, ...], value: float | None = None
    ) -> int:
        self.instructions.append(Instruction(operation, arguments, value))
        return len(self.instructions) - 1

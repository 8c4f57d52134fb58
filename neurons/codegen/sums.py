"""Parameter gradients from sums over the steps."""

from __future__ import annotations

from dataclasses import replace

from neurons.codegen.operations import LINEAR, Input, Instruction, Operation
from neurons.codegen.program import Program


def with_sums(program: Program) -> Program:
    """Return the program with parameter gradients that are computed after the last step.

    They read sums over the steps. A factor that is the same in every step multiplies the sum, not
    each of its terms.
    """
    sums = _Sums(program)
    return replace(
        program,
        grad_neuron_params=[sums.of(node) for node in program.grad_neuron_params],
        grad_common_params=[sums.of(node) for node in program.grad_common_params],
        instructions=sums.instructions,
        terms=sums.terms,
    )


class _Sums:
    """Appends instructions that compute sums over the steps."""

    def __init__(self, program: Program) -> None:
        schedule = program.schedule(program.grad_params)
        self.fixed = {*schedule.once, *schedule.per_neuron}
        self.changing = set(schedule.per_neuron_step)
        self.instructions, self.terms = list(program.instructions), list[int]()
        self._sums: dict[int, int] = {}

    def of(self, node: int) -> int:
        """Return the node of the sum of a node over the steps."""
        if self.instructions[node].value == 0:  # an absent gradient
            return node
        if node not in self._sums:
            self._sums[node] = self._append(node)
        return self._sums[node]

    def _append(self, node: int) -> int:
        operation, arguments, *_ = self.instructions[node]
        if operation in LINEAR and self.changing.issuperset(arguments):
            return self._new(Instruction(operation, tuple(map(self.of, arguments))))
        for term, factor in _factored(self.instructions[node]):
            if term in self.changing and factor in self.fixed:
                return self._new(Instruction(operation, (self.of(term), factor)))
        if node not in self.terms:
            self.terms.append(node)
        return self._new(Instruction(Input.SUM, row=self.terms.index(node)))

    def _new(self, instruction: Instruction) -> int:
        self.instructions.append(instruction)
        return len(self.instructions) - 1


def _factored(instruction: Instruction) -> list[tuple[int, ...]]:
    """Return the ways to read a product, or a quotient, as (term, factor)."""
    arguments = instruction.arguments
    if instruction.operation is Operation.MUL:
        return [arguments, arguments[::-1]]
    return [arguments] if instruction.operation is Operation.DIV else []

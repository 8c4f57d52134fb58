"""What one neuron computes in one step, and when each part of it is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from neurons.codegen.fields import Field
from neurons.codegen.operations import (
    CHANGING,
    LINEAR,
    PER_NEURON,
    TRANSCENDENTAL,
    Input,
    Instruction,
    Operation,
)


class TableGradient(NamedTuple):
    """A term of a table's gradient: in each step, `value` is added to row `start` + `row`."""

    start: int  # the first row of the table
    row: int  # a node
    value: int  # a node


class Schedule(NamedTuple):
    """Nodes by when they are computed, each list in its order."""

    once: list[int]  # from constants and parameters that all neurons share
    per_neuron: list[int]  # once per neuron, from its own parameters
    per_step: list[int]  # once per step, from states that all neurons share
    per_neuron_step: list[int]  # for every neuron and step


@dataclass(frozen=True, eq=False)
class Program:
    """What one neuron computes in one step, and the gradients of that.

    The outputs are nodes: `spike` and `grad_x` are one node, the others a list with a node per
    row. The node `terms[i]` is summed over the steps; `grad_params` read the sum as row i of SUM.
    """

    instructions: list[Instruction]
    states: list[Field]
    params: list[Field]
    spike: int
    next_state: list[int]
    next_shared_state: list[int]
    grad_x: int
    grad_state: list[int]
    grad_neuron_params: list[int]
    grad_common_params: list[int]
    table_gradients: list[TableGradient]
    terms: list[int] = field(default_factory=list)
    # The constants that fill the rows of the first state and shared state; None: it is computed.
    first_state: list[float] | None = None

    @property
    def forward(self) -> list[int]:
        """Return the outputs of a forward step."""
        return [self.spike, *self.next_states]

    @property
    def next_states(self) -> list[int]:
        """Return the states after a step: those of a neuron, then those that all neurons share."""
        return [*self.next_state, *self.next_shared_state]

    @property
    def backward(self) -> list[int]:
        """Return the outputs of a backward step."""
        added = [
            node for gradient in self.table_gradients for node in (gradient.row, gradient.value)
        ]
        return [self.grad_x, *self.grad_state, *self.terms, *added]

    @property
    def grad_params(self) -> list[int]:
        """Return the parameter gradients, computed after the last step from sums over the steps."""
        return [*self.grad_neuron_params, *self.grad_common_params]

    @cached_property
    def _state_axes(self) -> list[tuple[tuple[int, ...], tuple[int, ...], bool]]:
        """Return of each field of the state the axes lead and trail, and if neurons are between."""
        ends = [len(f.shape) - f.trail for f in self.states]
        pairs = zip(self.states, ends, strict=True)
        return [(f.shape[: f.lead], f.shape[end:], f.per_neuron) for f, end in pairs]

    def state_shapes(self, neurons: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return the shape of each field of the state of these neurons, [N, *]."""
        return [(*a, *(neurons if own else ()), *b) for a, b, own in self._state_axes]

    @cached_property
    def saved(self) -> list[int]:
        """Return the costly results of a forward step that the backward step reads."""
        forward = self.schedule(self.next_states).per_neuron_step
        backward = set(self.schedule(self.backward).per_neuron_step)
        costly = (n for n in forward if self.instructions[n].operation in TRANSCENDENTAL)
        return [n for n in costly if n in backward]

    @cached_property
    def delays(self) -> list[int]:
        """Return how many steps ago each row of the state was the input, 0 if it never was."""
        delays: dict[int | None, int] = {}
        for _ in self.next_state:
            for row, node in enumerate(self.next_state):
                instruction = self.instructions[node]
                if instruction.operation is Input.X:
                    delays[row] = 1
                elif instruction.operation is Input.STATE and instruction.row in delays:
                    delays[row] = delays[instruction.row] + 1
        return [delays.get(row, 0) for row in range(len(self.next_state))]

    @cached_property
    def affine(self) -> bool:
        """Return whether the state after a step is affine in the state before.

        The coefficients may depend on the input, and so on states that only delay it.
        """
        if self.next_shared_state or self.table_gradients:
            return False
        degrees: dict[int, int] = {}  # of each node as a polynomial of the state; 2 and above: not
        for node in self.needed(self.next_state):
            operation, arguments, _, row, _ = self.instructions[node]
            of_arguments = [degrees[a] for a in arguments]
            if operation is Input.STATE:
                degrees[node] = 0 if row is not None and self.delays[row] else 1
            elif operation in LINEAR or not any(of_arguments):
                degrees[node] = max(of_arguments, default=0)
            else:
                constant_divisor = operation is Operation.DIV and not of_arguments[1]
                product = operation is Operation.MUL or constant_divisor
                degrees[node] = sum(of_arguments) if product else 2
        return all(degrees[node] < 2 for node in self.next_state)

    def needed(self, outputs: Iterable[int], known: Iterable[int] = ()) -> list[int]:
        """Return the nodes from which the outputs are computed, in order, without known ones."""
        visited = set(known)
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node not in visited:
                visited.add(node)
                stack += self.instructions[node].arguments
        return sorted(visited.difference(known))

    def schedule(self, outputs: Iterable[int], known: Iterable[int] = ()) -> Schedule:
        """Return when each node is computed that the outputs need; `known` ones need nothing."""
        schedule = Schedule([], [], [], [])
        when = {
            (False, False): schedule.once,
            (False, True): schedule.per_neuron,
            (True, False): schedule.per_step,
            (True, True): schedule.per_neuron_step,
        }
        changing, per_neuron = set(known), set(known)
        for node in self.needed(outputs, known):
            operation, arguments, *_ = self.instructions[node]
            if operation in CHANGING or changing.intersection(arguments):
                changing.add(node)
            if operation in PER_NEURON or per_neuron.intersection(arguments):
                per_neuron.add(node)
            when[node in changing, node in per_neuron].append(node)
        return schedule

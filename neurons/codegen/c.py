"""A program in C: two functions that loop over time.

The forward stores a checkpoint every K steps (none if K is 0). The backward computes a segment of
K steps again, forward, and then goes back through it, tile by tile of the neurons. Constants are
arguments: models that differ only in them share a library.
"""

from __future__ import annotations

import math

from neurons.codegen import c_rows
from neurons.codegen.c_text import TEXT
from neurons.codegen.fields import Field
from neurons.codegen.operations import FUNCTIONS, LOGICAL, Input, Operation
from neurons.codegen.program import Program, Schedule
from neurons.codegen.writer import Writer, each_row, fill, names

LARGEST_BLOCK = 2048  # neurons
# Neurons of a tile: a whole block, or fewer if each neuron needs so many numbers in a step, mostly
# sums, that those of a block do not stay in the first cache.
SMALL_TILE, MANY_NUMBERS = 128, 32

EXPRESSIONS: dict[Operation | Input, str] = {
    Input.X: "x[t * M + n]",
    Input.STATE: "state[{row} * {stride} + n]",
    Input.SHARED_STATE: "shared_state[{row}]",
    Input.NEURON_PARAM: "neuron_params[{row} * M + n]",
    Input.COMMON_PARAM: "common_params[{row}]",
    Input.SPIKE_GRADIENT: "grad_s[t * M + n]",
    Input.STATE_GRADIENT: "grad[{row} * P + n]",
    Input.SUM: "sums[{row} * P + n]",
    Operation.LOOKUP: "tables[({row} + {0}) * M + n]",
    Operation.ADD: "{0} + {1}",
    Operation.SUB: "{0} - {1}",
    Operation.MUL: "{0} * {1}",
    Operation.DIV: "{0} / {1}",
    Operation.NEG: "-{0}",
    Operation.LT: "{0} < {1}",
    Operation.LE: "{0} <= {1}",
    Operation.EQ: "{0} == {1}",
    Operation.AND: "{0} & {1}",
    Operation.NOT: "!{0}",
    Operation.WHERE: "{0} ? {1} : {2}",
    Operation.REAL: "(real){0}",
    Operation.INT: "(I){0}",
    Operation.SIGMOID: "1 / (1 + FN(exp)(-{0}))",
    Operation.POW: "FN(pow)({0}, {1})",
    **{function: f"FN({function.value})({{0}})" for function in FUNCTIONS},
    Operation.ROUND: "FN(rint)({0})",
}
TYPES: dict[Operation | Input, str] = {Operation.INT: "I", **dict.fromkeys(LOGICAL, "int")}

LOAD = "const real {variable} = {place};"
STORE = "{place} = {variable};"
ADD = "{place} += {variable};"


def source(program: Program, real: str) -> tuple[str, list[float]]:
    """Return the text for real "float" or "double", and the constants that its functions take."""
    writer = _Writer(program)
    return writer.text(real), writer.constants


KINDS = (Input.STATE, Input.SHARED_STATE, Input.NEURON_PARAM, Input.COMMON_PARAM, Input.TABLE)


def layout(field: Field) -> list[int]:
    """Return a field as the C functions take it: kind, columns, start, lead and trail."""
    end = len(field.shape) - field.trail
    channels = 1 if end > field.lead else 2
    columns = 0 if field.kind is Input.STATE else channels
    lead, trail = math.prod(field.shape[: field.lead]), math.prod(field.shape[end:])
    return [KINDS.index(field.kind), columns, field.start, lead, trail]


class _Writer(Writer):
    def __init__(self, program: Program) -> None:
        super().__init__(program, EXPRESSIONS)
        self.constants: list[float] = []
        p = program
        # The backward step reads saved results, and states after the step: they are the first rows
        # of the next step.
        read = p.schedule(p.backward, p.saved).per_neuron_step
        self.reached = [
            node
            for node in dict.fromkeys(p.next_state)
            if node in read and p.instructions[node].arguments
        ]
        self.backward = p.schedule(p.backward, [*p.saved, *self.reached])
        self.segment = p.schedule([*p.backward, *p.grad_params, *p.next_states])
        forward = [*self.forward.per_neuron_step, *p.next_state]
        recompute = [*self.recompute.per_neuron_step, *p.next_state]
        backward = [*self.backward.per_neuron_step, *p.backward]
        self.forward_invariants = self.invariants(self.forward, forward)
        self.segment_invariants = self.invariants(self.segment, [*recompute, *backward])

    def invariants(self, schedule: Schedule, users: list[int]) -> list[int]:
        """Return what is computed once per neuron and read in a step, without parameters."""
        instructions = self.program.instructions
        read = {a for node in users for a in (node, *instructions[node].arguments)}
        return [n for n in schedule.per_neuron if n in read and not self.is_param(n)]

    def is_param(self, node: int) -> bool:
        return self.program.instructions[node].operation is Input.NEURON_PARAM

    def text(self, real: str) -> str:
        p = self.program
        numbers = len(p.next_state) + len(p.terms) + len(self.segment_invariants)
        return fill(
            TEXT,
            {"rows": [c_rows.TEXT]}
            | self.forward_parts()
            | self.recompute_parts()
            | self.backward_parts(),
            real=real,
            function="name##f" if real == "float" else "name",
            states=len(p.next_state),
            shared_states=len(p.next_shared_state),
            state_fields=len(p.states),
            saved=len(p.saved),
            tile=SMALL_TILE if numbers > MANY_NUMBERS else LARGEST_BLOCK,
            terms=len(p.terms),
            forward_invariants=len(self.forward_invariants),
            segment_invariants=len(self.segment_invariants),
        )

    def forward_parts(self) -> dict[str, list[str]]:
        p, schedule, invariants = self.program, self.forward, self.forward_invariants
        return {
            "forward_once": self.lines(schedule.once),
            "forward_per_neuron": self.lines(schedule.per_neuron)
            + each_row(STORE, "invariants[{} * L + n]", names(invariants)),
            "forward_per_step": self.lines(schedule.per_step),
            "forward_per_neuron_step": self.lines(filter(self.is_param, schedule.per_neuron))
            + each_row(LOAD, "invariants[{} * L + n]", names(invariants))
            + self.lines(schedule.per_neuron_step, stride="M")
            + each_row(STORE, "s[t * M + n]", names([p.spike]))
            + each_row(STORE, "state[{} * M + n]", names(p.next_state)),
            "forward_shared_state": each_row(STORE, "shared_state[{}]", names(p.next_shared_state)),
        }

    def recompute_parts(self) -> dict[str, list[str]]:
        p = self.program
        invariants = self.segment_invariants
        per_neuron = p.schedule([*p.backward, *p.next_states]).per_neuron
        return {
            "segment_once": self.lines(self.segment.once),
            "segment_per_neuron": self.lines(per_neuron)
            + each_row(STORE, "invariants[{} * P + n]", names(invariants)),
            "recompute_per_step": self.lines(self.recompute.per_step),
            "recompute_per_neuron_step": self.read_per_neuron()
            + self.lines(self.recompute.per_neuron_step, stride="P")
            + each_row(STORE, "next[{} * P + n]", names(p.next_state))
            + each_row(STORE, "saved[{} * P + n]", names(p.saved)),
            "recompute_shared_state": each_row(
                STORE, "next_shared[{}]", names(p.next_shared_state)
            ),
        }

    def backward_parts(self) -> dict[str, list[str]]:
        p = self.program
        reached = [
            LOAD.format(place=f"next[{p.next_state.index(n)} * P + n]", variable=f"v{n}")
            for n in self.reached
        ]
        tables = [
            ADD.format(place=f"grad_tables[({g.start} + v{g.row}) * M + n]", variable=f"v{g.value}")
            for g in p.table_gradients
        ]
        return {
            "backward_once": self.lines(self.backward.once),
            "backward_per_step": self.lines(self.backward.per_step),
            "backward_per_neuron_step": self.read_per_neuron()
            + each_row(LOAD, "saved[{} * P + n]", names(p.saved))
            + reached
            + self.lines(self.backward.per_neuron_step, stride="P")
            + each_row(STORE, "grad_x[t * M + n]", names([p.grad_x]))
            + each_row(STORE, "grad[{} * P + n]", names(p.grad_state))
            + each_row(ADD, "sums[{} * P + n]", names(p.terms))
            + tables,
            "grad_params": self.lines(self.grad_params.per_neuron)
            + each_row(STORE, "grad_neuron_params[{} * M + n]", names(p.grad_neuron_params))
            + each_row(STORE, "grad_common_params[{} * M + n]", names(p.grad_common_params)),
        }

    def read_per_neuron(self) -> list[str]:
        """Return the lines by which a step of a segment reads what is the same in all steps."""
        params = filter(self.is_param, self.segment.per_neuron)
        invariants = each_row(LOAD, "invariants[{} * P + n]", names(self.segment_invariants))
        return self.lines(params) + invariants

    def assignment(self, node: int, expression: str) -> str:
        kind = TYPES.get(self.program.instructions[node].operation, "real")
        return f"const {kind} v{node} = {expression};"

    def expression(self, node: int, **words: str) -> str:
        value = self.program.instructions[node].value
        if value is None:
            return super().expression(node, **words)
        if value not in self.constants:
            self.constants.append(value)
        return f"k[{self.constants.index(value)}]"

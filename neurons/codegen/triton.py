"""A program in Triton: two kernels that loop over time with the states of a block in registers.

The loops are those of C: the forward stores a checkpoint every K steps, the backward computes a
segment again, forward, stores its states, and goes back through it. T is no constant: another T
needs no compilation.
"""

from __future__ import annotations

from collections.abc import Iterable

from neurons.codegen.operations import Input, Operation
from neurons.codegen.program import Program
from neurons.codegen.triton_text import TEXT
from neurons.codegen.writer import Writer, each_row, fill

NAMED = ("exp", "log", "sin", "cos", "ceil", "floor")  # as in triton.language
EXPRESSIONS: dict[Operation | Input, str] = {
    Input.X: "tl.load(x + at, mask=valid, other=0).to(REAL)",
    Input.STATE: "state{row}",
    Input.SHARED_STATE: "shared{row}",
    Input.NEURON_PARAM: "tl.load(neuron_params + {row} * M + n, mask=valid, other=0)",
    Input.COMMON_PARAM: "tl.load(common_params + {row})",
    Input.SPIKE_GRADIENT: "tl.load(grad_s + at, mask=valid, other=0).to(REAL)",
    Input.STATE_GRADIENT: "grad{row}",
    Input.SUM: "sum{row}",
    Operation.CONSTANT: "tl.full((), {value!r}, REAL)",
    Operation.LOOKUP: "tl.load(tables + ({row} + {0}) * M + n, mask=valid, other=0)",
    Operation.ADD: "{0} + {1}",
    Operation.SUB: "{0} - {1}",
    Operation.MUL: "{0} * {1}",
    Operation.NEG: "-{0}",
    Operation.LT: "{0} < {1}",
    Operation.LE: "{0} <= {1}",
    Operation.EQ: "{0} == {1}",
    Operation.AND: "{0} & {1}",
    Operation.WHERE: "tl.where({0}, {1}, {2})",
    Operation.REAL: "{0}.to(REAL)",
    Operation.INT: "{0}.to(tl.int64)",
    Operation.SIGMOID: "1 / (1 + tl.exp(-{0}))",
    Operation.TANH: "tanh({0})",
    Operation.ROUND: "rint({0})",
    Operation.POW: "tl.exp({1} * tl.log({0}))",
    **{Operation(name): f"tl.{name}({{0}})" for name in NAMED},
}
# Correctly rounded, which `/` and sqrt are not in single precision.
ROUNDED: dict[str, dict[Operation | Input, str]] = {
    "float32": {Operation.DIV: "tl.div_rn({0}, {1})", Operation.SQRT: "tl.sqrt_rn({0})"},
    "float64": {Operation.DIV: "{0} / {1}", Operation.SQRT: "tl.sqrt({0})"},
}

# Of a number per neuron, and of one that all neurons share.
LOAD, LOAD_SHARED = (
    "{variable} = tl.load({place}, mask=valid, other=0)",
    "{variable} = tl.load({place})",
)
STORE, STORE_SHARED = (
    "tl.store({place}, {variable}, mask=valid)",
    "tl.store({place}, {variable})",
)


def source(program: Program, name: str, real: str) -> str:
    """Return the text of a module with real "float32" or "float64"."""
    return _Writer(program, real).text(name, real)


class _Writer(Writer):
    def __init__(self, program: Program, real: str) -> None:
        super().__init__(program, EXPRESSIONS | ROUNDED[real])
        self.backward = program.schedule(program.backward)
        everything = program.schedule(range(len(program.instructions)))
        self.per_neuron = {*everything.per_neuron, *everything.per_neuron_step}
        self.state = [f"state{row}" for row in range(len(program.next_state))]
        self.shared_state = [f"shared{row}" for row in range(len(program.next_shared_state))]
        self.grad = [f"grad{row}" for row in range(len(program.next_state))]

    def text(self, name: str, real: str) -> str:
        p = self.program
        return fill(
            TEXT,
            self.forward_parts() | self.recompute_parts() | self.backward_parts(),
            name=name,
            real=real,
            states=len(p.next_state),
            shared_states=len(p.next_shared_state),
            grad_neuron_params=len(p.grad_neuron_params),
            grad_common_params=len(p.grad_common_params),
            spike=self.block(p.spike),
            grad_x=self.block(p.grad_x),
        )

    def forward_parts(self) -> dict[str, list[str]]:
        schedule = self.forward
        return {
            "forward_once": self.lines([*schedule.once, *schedule.per_neuron]),
            "forward_start": self.load_state("first_state + {} * M + n", "first_shared + {}"),
            "forward_checkpoint": self.store_state(
                "checkpoints + (segment * S + {}) * M + n", "shared_checkpoints + segment * U + {}"
            ),
            "forward_step": self.lines([*schedule.per_step, *schedule.per_neuron_step]),
            "next_state": self.next_state(),
            "forward_end": self.store_state("state + {} * M + n", "shared_state + {}"),
        }

    def recompute_parts(self) -> dict[str, list[str]]:
        p, schedule = self.program, self.recompute
        invariant = p.schedule([*p.backward, *p.next_states])
        once = sorted({*invariant.once, *self.grad_params.once})
        steps = "steps + (i * S + {}) * M + n", "shared_steps + i * U + {}"
        return {
            "backward_once": self.lines([*once, *invariant.per_neuron]),
            "backward_start": each_row(LOAD, "grad_next_state + {} * M + n", self.grad)
            + [f"sum{row} = zero" for row in range(len(p.terms))],
            "load_checkpoint": self.load_state(
                "checkpoints + (c * S + {}) * M + n", "shared_checkpoints + c * U + {}"
            ),
            "store_step": self.store_state(*steps),
            "recompute_step": self.lines([*schedule.per_step, *schedule.per_neuron_step]),
            "load_step": self.load_state(*steps),
        }

    def backward_parts(self) -> dict[str, list[str]]:
        p, schedule = self.program, self.backward
        neuron, common = self.blocks(p.grad_neuron_params), self.blocks(p.grad_common_params)
        return {
            "backward_step": self.lines([*schedule.per_step, *schedule.per_neuron_step]),
            "previous_grad": [
                f"grad{row} = {value}" for row, value in enumerate(self.blocks(p.grad_state))
            ],
            "add_terms": [f"sum{row} += v{node}" for row, node in enumerate(p.terms)],
            "add_table_gradients": self.table_gradients(),
            "grad_params": self.lines(self.grad_params.per_neuron)
            + each_row(STORE, "grad_state + {} * M + n", self.grad)
            + each_row(STORE, "grad_neuron_params + {} * M + n", neuron)
            + each_row(STORE, "grad_common_params + {} * M + n", common),
        }

    def block(self, node: int) -> str:
        """Return a node's value for each neuron of the block."""
        return f"v{node}" if node in self.per_neuron else f"zero + v{node}"

    def blocks(self, nodes: Iterable[int]) -> list[str]:
        return [self.block(node) for node in nodes]

    def load_state(self, place: str, shared_place: str) -> list[str]:
        shared = each_row(LOAD_SHARED, shared_place, self.shared_state)
        return each_row(LOAD, place, self.state) + shared

    def store_state(self, place: str, shared_place: str) -> list[str]:
        shared = each_row(STORE_SHARED, shared_place, self.shared_state)
        return each_row(STORE, place, self.state) + shared

    def next_state(self) -> list[str]:
        """Return the lines that make the state after a step the state before the next one."""
        p = self.program
        shared = [f"shared{row} = v{node}" for row, node in enumerate(p.next_shared_state)]
        values = enumerate(self.blocks(p.next_state))
        return [f"state{row} = {value}" for row, value in values] + shared

    def table_gradients(self) -> list[str]:
        lines = []
        for gradient in self.program.table_gradients:
            row, value = f"({gradient.start} + v{gradient.row})", f"v{gradient.value}"
            lines += [
                f"entry = grad_tables + {row} * M + n",
                f"tl.store(entry, tl.load(entry, mask=valid, other=0) + {value}, mask=valid)",
            ]
        return lines

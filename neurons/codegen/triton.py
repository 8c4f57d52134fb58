"""A program in Triton: kernels that loop over time with the states of a block in registers.

The forward stores a checkpoint every K steps. The backward computes such a segment again, forward,
keeps its states in registers, and goes back through it. T is no constant: another T needs no
compilation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import torch

from neurons.codegen import chunks, triton_chunks
from neurons.codegen.operations import Input, Operation
from neurons.codegen.program import Program
from neurons.codegen.triton_text import TEXT
from neurons.codegen.writer import Writer, fill, names

INTERVAL = 8  # steps of a segment, and from checkpoint to checkpoint
AHEAD = 32  # steps whose loads are under way, at most: as long as memory needs to answer
# Bytes of shared memory for them, per block of one warp: 20 blocks fit an SM of sm_80, 28 of sm_90.
SHARED = 8192
WARP = 32  # threads
# One warp, so that no step waits for other warps; fused products and sums round differently and
# flip spikes.
OPTIONS = {"num_warps": 1, "enable_fp_fusion": False}

NAMED = ("exp", "log", "sin", "cos", "ceil", "floor")  # as in triton.language
EXPRESSIONS: dict[Operation | Input, str] = {
    Input.X: "x",
    Input.STATE: "state[{row}]",
    Input.SHARED_STATE: "shared[{row}]",
    Input.NEURON_PARAM: "tl.load(neuron_params + {row} * M + n, mask=valid, other=0)",
    Input.COMMON_PARAM: "tl.load(common_params + {row})",
    Input.SPIKE_GRADIENT: "grad_s",
    Input.STATE_GRADIENT: "grad[{row}]",
    Input.SUM: "sums[{row}]",
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


def smallest_block(dtype: torch.dtype) -> int:
    """Return the neurons of the smallest block: an asynchronous copy takes 4 bytes at least."""
    return WARP * max(1, 4 // dtype.itemsize)


@cache
def constants(program: Program, block: int, dtype: torch.dtype) -> dict[str, dict[str, int]]:
    """Return the numbers that each kernel is compiled for, with blocks of that many neurons.

    `dtype` is that of the input. STAGES are the rounds of its loop that a kernel has in hand: one
    is computed, the others are being loaded.
    """
    states, computed = len(program.next_state), program.delays.count(0)
    real = max(4, dtype.itemsize)  # bytes of a number of the state

    def loads(inputs: int, outputs: list[int]) -> int:
        """Return the bytes that a segment loads for a neuron: inputs, and rows of tables."""
        nodes = (program.instructions[node] for node in program.needed(outputs))
        lookups = sum(instruction.operation is Operation.LOOKUP for instruction in nodes)
        return INTERVAL * (inputs * dtype.itemsize + lookups * real)

    walk = {"K": INTERVAL, "BLOCK": block}

    def stages(size: int, most: int = AHEAD // INTERVAL) -> dict[str, int]:
        """Return STAGES of a loop that loads so many bytes for a neuron each time."""
        return {"STAGES": 1 + max(1, min(most, SHARED // (size * block)))}

    forward = stages(loads(1, program.forward))
    backward = stages(loads(2, [*program.next_states, *program.backward]) + states * real)
    numbers = {"forward": walk | forward, "backward": walk | backward}
    if program.affine:
        join = {"BLOCK": block} | stages((states + computed**2) * real, most=AHEAD)
        join_back = {"BLOCK": block} | stages(states * (1 + computed) * real, most=AHEAD)
        numbers |= {"ends": walk | forward} if computed else {}
        numbers |= {"join": join, "ends_back": walk | backward, "join_back": join_back}
    return numbers


def source(program: Program, name: str, real: str) -> str:
    """Return the text of a module with real "float32" or "float64"."""
    return _Writer(program, real).text(name, real)


class _Writer(Writer):
    def __init__(self, program: Program, real: str) -> None:
        if program.affine:
            rows, states = chunks.computed_rows(program), range(len(program.next_state))
            ends = [program.next_state[row] for row in rows]
            program, self.linear = chunks.linear_parts(program, ends, Input.STATE, rows)
            program, self.linear_back = chunks.linear_parts(
                program, program.grad_state, Input.STATE_GRADIENT, states
            )
        super().__init__(program, EXPRESSIONS | ROUNDED[real])
        everything = program.schedule(range(len(program.instructions)))
        self.per_neuron = {*everything.per_neuron, *everything.per_neuron_step}
        steps = program.schedule([*program.forward, *program.backward])
        self.fixed = sorted([*steps.once, *steps.per_neuron])

    def text(self, name: str, real: str) -> str:
        p = self.program
        parts = {
            "fixed_values": self.lines(self.fixed),
            "step": self.function(p.forward),
            "step_back": self.function(p.backward),
            "params_gradient": self.function(p.grad_params),
        }
        chunked = self.chunks() if p.affine else ""
        tables = [f"({g.start} + v{g.row}, v{g.value})" for g in p.table_gradients]
        return (
            fill(
                TEXT,
                parts,
                name=name,
                real=real,
                states=len(p.next_state),
                shared_states=len(p.next_shared_state),
                terms=len(p.terms),
                fixed=_tuple(names(self.fixed)),
                spike=self.block(p.spike),
                next_state=self.blocks(p.next_state),
                next_shared_state=_tuple(names(p.next_shared_state)),
                grad_x=self.block(p.grad_x),
                grad_state=self.blocks(p.grad_state),
                step_terms=self.blocks(p.terms),
                table_terms=_tuple(tables),
                grad_neuron=self.blocks(p.grad_neuron_params),
                grad_common=self.blocks(p.grad_common_params),
            )
            + chunked
        )

    def chunks(self) -> str:
        """Return the text of the kernels that join chunks."""
        p, rows = self.program, chunks.computed_rows(self.program)
        mixed = [
            f"difference[{rows.index(row)}]" if row in rows else f"state[{row}]"
            for row in range(len(p.next_state))
        ]
        parts = {
            "linear_step": self.function(self.linear),
            "linear_step_back": self.function(self.linear_back),
        }
        return fill(
            triton_chunks.TEXT,
            parts,
            delays=_tuple(map(str, p.delays)),
            longest_delay=max(p.delays, default=0),
            computed=_tuple(map(str, rows)),
            count=len(rows),
            mixed_state=_tuple(mixed),
            linear=self.blocks(self.linear),
            linear_back=self.blocks(self.linear_back),
        )

    def function(self, outputs: list[int]) -> list[str]:
        """Return the lines of a function that computes the outputs; it is given `fixed`."""
        nodes = self.program.needed(outputs, self.fixed)
        read = {*outputs, *(a for n in nodes for a in self.program.instructions[n].arguments)}
        known = [f"v{n} = fixed[{i}]" for i, n in enumerate(self.fixed) if n in read]
        return known + self.lines(nodes)

    def block(self, node: int) -> str:
        """Return a node's value for each neuron of the block."""
        return f"v{node}" if node in self.per_neuron else f"zero + v{node}"

    def blocks(self, nodes: Iterable[int]) -> str:
        return _tuple(map(self.block, nodes))


def _tuple(values: Iterable[str]) -> str:
    """Return the text of a tuple."""
    return "(" + "".join(f"{value}, " for value in values) + ")"

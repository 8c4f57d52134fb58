"""A program in Triton: a thread walks over time with its neurons' states in registers.

The same loops as in C: the forward keeps the state before every K-th step, the backward walks
each stretch again, noting its states, and then back. Nothing is compiled anew for another T.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent

from neurons.codegen.program import Program
from neurons.codegen.tape import UngeneratableError
from neurons.codegen.triton_text import TEXT

EXPRESSIONS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "neg": "-{}",
    "lt": "{} < {}",
    "le": "{} <= {}",
    "eq": "{} == {}",
    "and": "{} & {}",
    "where": "tl.where({}, {}, {})",
    "real": "{}.to(REAL)",
    "int": "{}.to(tl.int64)",
    "sigmoid": "1 / (1 + tl.exp(-{}))",
    "tanh": "tanh({})",
    "round": "rint({})",
    "pow": "tl.exp({1} * tl.log({0}))",
    **{name: f"tl.{name}({{}})" for name in ("exp", "log", "sin", "cos", "ceil", "floor")},
}
ROUNDED = {  # as IEEE wants it, which `/` is not in single precision
    "float32": {"div": "tl.div_rn({}, {})", "sqrt": "tl.sqrt_rn({})"},
    "float64": {"div": "{} / {}", "sqrt": "tl.sqrt({})"},
}
LOADS = {
    "const": "tl.full((), {at!r}, REAL)",
    "x": "tl.load(x + at, mask=here, other=0).to(REAL)",
    "state": "state{at}",
    "shared": "shared{at}",
    "own": "tl.load(own + {at} * M + n, mask=here, other=0)",
    "common": "tl.load(common + {at})",
    "lookup": "tl.load(table + ({at} + {}) * M + n, mask=here, other=0)",
    "grad_s": "tl.load(grad_s + at, mask=here, other=0).to(REAL)",
    "grad_state": "grad{at}",
    "sum": "sum{at}",
}


def source(program: Program, name: str, real: str) -> str:
    """The module's text with real "float32" or "float64"."""
    return _Writer(program, real).text(name)


class _Writer:
    def __init__(self, program: Program, real: str) -> None:
        self.program, self.real = program, real
        self.expressions = EXPRESSIONS | ROUNDED[real]
        every = program.schedule(range(len(program.ops)))
        self.blocks = {*every.neuron, *every.every}  # nodes with a value per neuron

    def text(self, name: str) -> str:
        p = self.program
        S, U, after = len(p.after), len(p.after_shared), [*p.after, *p.after_shared]
        forward, again = p.schedule([p.spike, *after]), p.schedule(after)
        back, finish = p.schedule(p.backward), p.schedule(p.finish)
        ahead = p.schedule([*p.backward, *after])
        once = sorted({*ahead.once, *finish.once})
        parts = {
            "f_once": self.lines([*forward.once, *forward.neuron]),
            "f_begin": _load("state", S, "state + {j} * M + n")
            + _take("shared", U, "shared + {j}"),
            "f_keep": _store("kept + (row * {S} + {j}) * M + n", "state", S)
            + _put("kept_shared + row * {S} + {j}", "shared", U),
            "f_every": self.lines([*forward.step, *forward.every]),
            "f_advance": self.advance(),
            "f_end": _store("after + {j} * M + n", "state", S)
            + _put("after_shared + {j}", "shared", U),
            "b_once": self.lines([*once, *ahead.neuron]),
            "b_begin": _load("grad", S, "grad_after + {j} * M + n")
            + [f"sum{j} = zero" for j in range(len(p.terms))],
            "b_restore": _load("state", S, "kept + (c * {S} + {j}) * M + n")
            + _take("shared", U, "kept_shared + c * {S} + {j}"),
            "b_remember": _store("seen + (i * {S} + {j}) * M + n", "state", S)
            + _put("scratch + i * {S} + {j}", "shared", U),
            "again": self.lines([*again.step, *again.every]),
            "again_advance": self.advance(),
            "b_recall": _load("state", S, "seen + (i * {S} + {j}) * M + n")
            + _take("shared", U, "scratch + i * {S} + {j}"),
            "b_every": self.lines([*back.step, *back.every]),
            "b_retreat": [f"grad{j} = {self.block(n)}" for j, n in enumerate(p.grad_state)]
            + [f"sum{j} += v{n}" for j, n in enumerate(p.terms)]
            + self.scattered(),
            "finish": self.lines(finish.neuron)
            + _store("grad_state + {j} * M + n", "grad", S)
            + self.write("grad_own", p.grad_own)
            + self.write("grad_common", p.grad_common),
        }
        depth = {"f_keep": 16, "f_every": 8, "f_advance": 8, "b_restore": 8}
        deeper = ("b_remember", "again", "again_advance", "b_recall", "b_every", "b_retreat")
        depth |= dict.fromkeys(deeper, 12)
        return TEXT.substitute(
            {k: indent("\n".join(v), " " * depth.get(k, 4)) for k, v in parts.items()},
            name=name,
            real=self.real,
            states=S,
            shared=U,
            own=len(p.grad_own),
            common=len(p.grad_common),
            spike=self.block(p.spike),
            grad_x=self.block(p.grad_x),
        )

    def lines(self, nodes: Iterable[int]) -> list[str]:
        """An assignment for each node."""
        text = []
        for node in nodes:
            name, args, value = self.program.ops[node]
            form = LOADS.get(name) or self.expressions.get(name)
            if form is None:
                raise UngeneratableError(f"{name}, which Triton lacks")
            text.append(f"v{node} = " + form.format(*(f"v{a}" for a in args), at=value))
        return text

    def block(self, node: int) -> str:
        """A node's value for each neuron of the block."""
        return f"v{node}" if node in self.blocks else f"zero + v{node}"

    def advance(self) -> list[str]:
        """The states after the step become those before the next."""
        shared = [f"shared{j} = v{n}" for j, n in enumerate(self.program.after_shared)]
        return [f"state{j} = {self.block(n)}" for j, n in enumerate(self.program.after)] + shared

    def write(self, name: str, nodes: list[int]) -> list[str]:
        return [
            f"tl.store({name} + {j} * M + n, {self.block(node)}, mask=here)"
            for j, node in enumerate(nodes)
        ]

    def scattered(self) -> list[str]:
        lines = []
        for start, row, value in self.program.scatters:
            lines += [
                f"entry = grad_table + ({start} + v{row}) * M + n",
                f"tl.store(entry, tl.load(entry, mask=here, other=0) + v{value}, mask=here)",
            ]
        return lines


def _load(name: str, rows: int, place: str) -> list[str]:
    """Rows of all neurons from memory, into variables of this name."""
    at = [place.format(S=rows, j=j) for j in range(rows)]
    return [f"{name}{j} = tl.load({at[j]}, mask=here, other=0)" for j in range(rows)]


def _take(name: str, rows: int, place: str) -> list[str]:
    """The same of what all neurons share."""
    return [f"{name}{j} = tl.load({place.format(S=rows, j=j)})" for j in range(rows)]


def _store(place: str, name: str, rows: int) -> list[str]:
    at = [place.format(S=rows, j=j) for j in range(rows)]
    return [f"tl.store({at[j]}, {name}{j}, mask=here)" for j in range(rows)]


def _put(place: str, name: str, rows: int) -> list[str]:
    return [f"tl.store({place.format(S=rows, j=j)}, {name}{j})" for j in range(rows)]

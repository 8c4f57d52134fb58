"""A program in C: two functions that walk over time, one row of neurons after the other.

Every tensor is [rows, M], or [rows, 1] of what all neurons share. The forward keeps the state
before every K-th step (none if K is 0); the backward walks each stretch of K steps again, forward
and then backward, tile by tile of the neurons. Constants are arguments: neurons that differ only
in them share a library.
"""

from __future__ import annotations

from collections.abc import Iterable

from neurons.codegen.c_text import TEXT
from neurons.codegen.program import Program, Schedule

# Neurons that walk a stretch backward together: as wide as memory likes it, but where each has many
# numbers, sums mostly, so few that these stay in the first cache.
WIDE, NARROW, MANY = 2048, 128, 32

FUNCTIONS = ("exp", "log", "tanh", "sqrt", "atan", "sin", "cos", "ceil", "floor")
EXPRESSIONS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "-{}",
    "lt": "{} < {}",
    "le": "{} <= {}",
    "eq": "{} == {}",
    "and": "{} & {}",
    "not": "!{}",
    "where": "{} ? {} : {}",
    "real": "(real){}",
    "int": "(I){}",
    "sigmoid": "1 / (1 + F(exp)(-{}))",
    **{name: f"F({name})({{}})" for name in FUNCTIONS},
    "round": "F(rint)({})",
    "pow": "F(pow)({}, {})",
}
TYPES = {"int": "I"} | dict.fromkeys(("lt", "le", "eq", "and", "not"), "int")

LOADS = {
    "x": "x[t * M + n]",
    "state": "state[{at} * {row} + n]",
    "shared": "shared[{at}]",
    "own": "own[{at} * M + n]",
    "common": "common[{at}]",
    "lookup": "table[({at} + {}) * M + n]",
    "grad_s": "grad_s[t * M + n]",
    "grad_state": "grad[{at} * P + n]",
    "sum": "sum[{at} * P + n]",
}


def source(program: Program, real: str) -> tuple[str, list[float]]:
    """The text with real "float" or "double", and the constants it wants."""
    return _Writer(program).text(real)


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: list[float] = []

    def text(self, real: str) -> tuple[str, list[float]]:
        p = self.program
        after = [*p.after, *p.after_shared]
        forward, again = p.schedule([p.spike, *after]), p.schedule(after)
        noted, whole = p.noted, p.schedule([*p.backward, *p.finish, *after])
        back = p.schedule(p.backward, [*noted, *self.reached(noted)])
        f_ahead = self.ahead(forward, [*forward.every, *p.after])
        b_ahead = self.ahead(whole, [*again.every, *back.every, *p.after, *p.backward])
        finish = p.schedule(p.finish).neuron
        added = [(f"grad_table[({g.start} + v{g.row}) * M + n]", g.value) for g in p.scatters]
        sums = [(f"sum[{j} * P + n]", node) for j, node in enumerate(p.terms)]
        text = TEXT.substitute(
            real=real,
            call="name##f" if real == "float" else "name",
            states=len(p.after),
            shared=len(p.after_shared),
            noted=len(noted),
            tile=NARROW if len(p.after) + len(p.terms) + len(b_ahead) > MANY else WIDE,
            terms=len(p.terms),
            f_ahead=len(f_ahead),
            b_ahead=len(b_ahead),
            f_once=self.lines(forward.once),
            f_neuron=self.lines(forward.neuron) + self.store("ahead[{} * L + n]", f_ahead),
            f_step=self.lines(forward.step),
            f_every=self.fetch(f_ahead, forward.neuron, "L")
            + self.lines(forward.every, row="M")
            + self.store("s[t * M + n]", [p.spike])
            + self.store("state[{} * M + n]", p.after),
            f_shared=self.store("shared[{}]", p.after_shared),
            b_once=self.lines(whole.once),
            b_neuron=self.lines(p.schedule([*p.backward, *after]).neuron)
            + self.store("ahead[{} * P + n]", b_ahead),
            again_step=self.lines(again.step),
            again_every=self.fetch(b_ahead, whole.neuron)
            + self.lines(again.every)
            + self.store("next[{} * P + n]", p.after)
            + self.store("noted[{} * P + n]", noted),
            again_shared=self.store("next_shared[{}]", p.after_shared),
            b_row=self.lines(back.once),
            b_step=self.lines(back.step),
            b_every=self.fetch(b_ahead, whole.neuron)
            + self.recall(noted)
            + self.lines(back.every)
            + self.store("grad_x[t * M + n]", [p.grad_x])
            + self.store("grad[{} * P + n]", p.grad_state)
            + "".join(f"{place} += v{node};\n" for place, node in sums + added if node),
            finish=self.lines(finish)
            + self.store("grad_own[{} * M + n]", p.grad_own)
            + self.store("grad_common[{} * M + n]", p.grad_common),
        )
        return text, self.constants

    def ahead(self, schedule: Schedule, users: list[int]) -> list[int]:
        """What is computed once per neuron and kept for the steps; parameters are at hand."""
        used = {a for node in users for a in (node, *self.program.ops[node].args)}
        return [n for n in schedule.neuron if n in used and self.program.ops[n].name != "own"]

    def fetch(self, ahead: list[int], neuron: list[int], row: str = "P") -> str:
        """What was computed once per neuron, inside a step."""
        kept = "".join(f"const real v{n} = ahead[{i} * {row} + n];\n" for i, n in enumerate(ahead))
        return self.lines(n for n in neuron if self.program.ops[n].name == "own") + kept

    def reached(self, noted: list[int]) -> list[int]:
        """States after a step that the step backward wants: the next step's first ones."""
        p = self.program
        back = p.schedule(p.backward, noted).every
        return [n for n in dict.fromkeys(p.after) if n in back and p.ops[n].args]

    def recall(self, noted: list[int]) -> str:
        """What was noted, or reached, when the stretch was walked forward."""
        after = [(self.program.after.index(n), n) for n in self.reached(noted)]
        kept = [("noted", i, n) for i, n in enumerate(noted)] + [("next", i, n) for i, n in after]
        return "".join(f"const real v{n} = {place}[{i} * P + n];\n" for place, i, n in kept)

    def store(self, place: str, nodes: list[int]) -> str:
        return "".join(f"{place.format(i)} = v{node};\n" for i, node in enumerate(nodes))

    def lines(self, nodes: Iterable[int], row: str = "P") -> str:
        """A declaration for each node; rows of the state are `row` apart."""
        text = ""
        for node in nodes:
            name, args, value = self.program.ops[node]
            if name == "const":
                right = f"k[{self.constant(value)}]"
            elif name in LOADS:
                right = LOADS[name].format(*(f"v{a}" for a in args), at=value, row=row)
            else:
                right = EXPRESSIONS[name].format(*(f"v{a}" for a in args))
            text += f"const {TYPES.get(name, 'real')} v{node} = {right};\n"
        return text

    def constant(self, value: float) -> int:
        """The place of a constant among the arguments."""
        if value not in self.constants:
            self.constants.append(value)
        return self.constants.index(value)

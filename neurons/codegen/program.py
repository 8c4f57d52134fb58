"""The straight line of scalar operations that one neuron runs in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import NamedTuple

from torch import Tensor

from neurons.codegen.tape import Op

MOVING = ("x", "state", "shared", "grad_s", "grad_state")  # inputs that change step by step
OWN = ("x", "state", "own", "lookup", "grad_s", "grad_state", "sum")  # each neuron has its own


COSTLY = ("exp", "log", "sigmoid", "tanh", "sin", "cos", "atan", "pow")


class Field(NamedTuple):
    """Where a tensor of State or Params lies among the rows of all tensors of its kind.

    Kinds are "state", a number per neuron, and "shared", a state that all neurons share; "own", a
    parameter per neuron, "common", one for all, and "table", a row per time step. A state's axes
    are [*lead, N, C, *, *trail], a parameter's [C, *trail], a table's [T, C] or [T].
    """

    name: str
    kind: str
    start: int
    rows: int
    lead: int = 0
    trail: int = 0
    learns: bool = False  # has a gradient

    @property
    def alike(self) -> bool:
        """Whether all neurons have the same."""
        return self.kind in ("shared", "common")

    def flat(self, v: Tensor) -> Tensor:
        """A tensor with this layout as [rows, neurons], or [rows, 1] where all have the same."""
        behind = v.ndim - self.trail
        if self.alike or behind == self.lead:
            return v.reshape(self.rows, 1)
        lanes = v.flatten(self.lead, behind - 1).movedim(self.lead, -1)
        return lanes.reshape(self.rows, lanes.shape[-1])

    def unflat(self, flat: Tensor, like: Tensor) -> Tensor:
        """The inverse: [rows, neurons] in the shape of `like`."""
        if self.alike:
            return flat.reshape(like.shape)
        behind = like.ndim - self.trail
        parts = *like.shape[: self.lead], *like.shape[behind:], *like.shape[self.lead : behind]
        axes = range(self.lead + self.trail, like.ndim)
        return flat.reshape(parts).movedim(tuple(axes), tuple(range(self.lead, behind)))


class Scatter(NamedTuple):
    """A table's gradient at one step: `value` is added to row `start` + `row`."""

    start: int
    row: int
    value: int


class Schedule(NamedTuple):
    """Operations, each list in their order, by when they are computed."""

    once: list[int]  # from constants and what all neurons share
    neuron: list[int]  # once per neuron, from its own parameters
    step: list[int]  # once per step, from states that all neurons share
    every: list[int]  # for every neuron and step


@dataclass(frozen=True, eq=False)
class Program:
    """What one neuron computes in one step, and what its gradient is.

    Nodes are positions in `ops`. The value of an input is its row: of a "state", "shared", "own"
    or "common" field, of the upstream "grad_state", of the "sum" over the steps of `terms`; a
    "lookup" starts at that row of the tables. Outputs are lists of nodes, one per row.
    """

    ops: list[Op]
    states: list[Field]
    params: list[Field]
    spike: int
    after: list[int]
    after_shared: list[int]
    grad_x: int
    grad_state: list[int]
    grad_own: list[int]
    grad_common: list[int]
    scatters: list[Scatter]
    terms: list[int] = field(default_factory=list)

    @property
    def finish(self) -> list[int]:
        """What is computed when the steps are done, from the sums over them."""
        return [*self.grad_own, *self.grad_common]

    @property
    def backward(self) -> list[int]:
        """What a step backward computes."""
        added = [node for scatter in self.scatters for node in scatter[1:]]
        return [self.grad_x, *self.grad_state, *self.terms, *added]

    @cached_property
    def noted(self) -> list[int]:
        """What a step forward computes at some cost and the step backward wants again."""
        forward, back = self.schedule(self.after).every, set(self.schedule(self.backward).every)
        return [n for n in forward if n in back and self.ops[n].name in COSTLY]

    @cached_property
    def delays(self) -> list[int]:
        """For each state how many steps old the input is that it holds; 0 if it holds another."""
        known: dict[int, int] = {}
        for _ in self.after:
            for row, node in enumerate(self.after):
                name, _, value = self.ops[node]
                if name == "x":
                    known[row] = 1
                elif name == "state" and value in known:
                    known[row] = known[value] + 1
        return [known.get(row, 0) for row in range(len(self.after))]

    @cached_property
    def affine(self) -> bool:
        """Whether the other states are affine in themselves, with coefficients of the input."""
        if self.after_shared or self.scatters:
            return False
        degree: dict[int, int] = {}
        for node in self.needed(self.after):
            name, args, value = self.ops[node]
            of = [degree[a] for a in args]
            if name == "state":
                degree[node] = 0 if self.delays[value] else 1
            elif name in ("add", "sub", "neg") or not any(of):
                degree[node] = max(of, default=0)
            else:
                product = name == "mul" or (name == "div" and not of[1])
                degree[node] = sum(of) if product else 2
        return all(degree[node] < 2 for node in self.after)

    def needed(self, roots: Iterable[int], known: Iterable[int] = ()) -> list[int]:
        """The operations that lead to these nodes, in order; what is known takes none."""
        seen = set(known)
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack += self.ops[node].args
        return sorted(seen.difference(known))

    def schedule(self, roots: Iterable[int], known: Iterable[int] = ()) -> Schedule:
        """When each operation that leads to these nodes is computed."""
        own, moving = set(known), set(known)
        made = Schedule([], [], [], [])
        for node in self.needed(roots, known):
            name, args, _ = self.ops[node]
            if own.intersection(args) or name in OWN:
                own.add(node)
            if moving.intersection(args) or name in MOVING:
                moving.add(node)
            made[2 * (node in moving) + (node in own)].append(node)
        return made

    def summed(self) -> Program:
        """The same, with the parameters' gradients made from sums over the steps.

        A factor that does not change from step to step multiplies the sum, not every term.
        """
        once, neuron, _, every = self.schedule(self.finish)
        fixed, moving = {*once, *neuron}, set(every)
        ops, terms = list(self.ops), list[int]()

        def add(name: str, *args: int, value: object = None) -> int:
            ops.append(Op(name, args, value))
            return len(ops) - 1

        @cache
        def sunk(node: int) -> int:
            name, args, _ = ops[node]
            if name in ("add", "sub", "neg") and moving.issuperset(args):
                return add(name, *map(sunk, args))
            for a, b in (args, args[::-1]) if name == "mul" else (args,) if name == "div" else ():
                if a in moving and b in fixed:
                    return add(name, sunk(a), b)
            if node not in terms:
                terms.append(node)
            return add("sum", value=terms.index(node))

        own, common = (
            [n and sunk(n) for n in nodes] for nodes in (self.grad_own, self.grad_common)
        )
        return replace(self, ops=ops, grad_own=own, grad_common=common, terms=terms)

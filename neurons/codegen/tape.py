"""A tape of scalar operations, every expression once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor


class UngeneratableError(ValueError):
    """A neuron that is not a straight line of scalar operations; says what stands in the way."""


class Op(NamedTuple):
    """One scalar operation: its name, the nodes it takes and, for constants and inputs, a value."""

    name: str
    args: tuple[int, ...] = ()
    value: Any = None


class Tape:
    """Operations in the order of their computation; node 0 is the number 0."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.origin: list[str] = []  # the tensor operation each came from
        self.reading = ""
        self._known: dict[Op, int] = {}
        self.const(0.0)

    def node(self, name: str, *args: int, value: Any = None) -> int:
        """The node that computes this; a new one unless there is one."""
        op = Op(name, args, value)
        if op not in self._known:
            self._known[op] = len(self.ops)
            self.ops.append(op)
            self.origin.append(self.reading)
        return self._known[op]

    def const(self, value: float) -> int:
        return self.node("const", value=float(value))

    def value(self, node: int) -> float | None:
        """The number a node is, if it is constant."""
        return self.ops[node].value if self.ops[node].name == "const" else None

    def is_bool(self, node: int) -> bool:
        return self.ops[node].name in ("lt", "le", "eq", "and", "not")

    def each(self, formula: Callable[..., Scalar], *args: Any, **kwargs: Any) -> Tensor:
        """A formula applied to every element of its broadcast arguments."""
        tensors = [v for v in args if isinstance(v, Tensor)]
        shape = torch.broadcast_shapes(*(v.shape for v in tensors))
        spread = [v.expand(shape).flatten().tolist() if isinstance(v, Tensor) else v for v in args]
        found = []
        for i in range(shape.numel()):
            own = (Scalar(self, v[i]) if isinstance(v, list) else v for v in spread)
            found.append(formula(*own, **kwargs).node)
        return torch.tensor(found).view(shape)


class Scalar:
    """A node under construction: formulas read as formulas, and zeros fall away."""

    def __init__(self, tape: Tape, node: int) -> None:
        self.tape, self.node = tape, node

    def make(self, name: str, *others: Any) -> Scalar:
        nodes = (self.of(v).node for v in others)
        return Scalar(self.tape, self.tape.node(name, self.node, *nodes))

    def of(self, value: Any) -> Scalar:
        return value if isinstance(value, Scalar) else Scalar(self.tape, self.tape.const(value))

    @property
    def value(self) -> float | None:
        return self.tape.value(self.node)

    def __add__(self, other: Any) -> Scalar:
        other = self.of(other)
        return other if self.node == 0 else self if other.node == 0 else self.make("add", other)

    def __sub__(self, other: Any) -> Scalar:
        other = self.of(other)
        return -other if self.node == 0 else self if other.node == 0 else self.make("sub", other)

    def __mul__(self, other: Any) -> Scalar:
        other = self.of(other)
        if 0 in (self.node, other.node):
            return Scalar(self.tape, 0)
        if other.value == 1:
            return self
        return other if self.value == 1 else self.make("mul", other)

    def __truediv__(self, other: Any) -> Scalar:
        other = self.of(other)
        if other.value and math.frexp(other.value)[0] == 0.5:  # 2^n, whose reciprocal is exact
            return self * (1 / other.value)
        return self if self.node == 0 else self.make("div", other)

    def __neg__(self) -> Scalar:
        return self if self.node == 0 else self.make("neg")

    def __rsub__(self, other: Any) -> Scalar:
        return self.of(other) - self

    __radd__, __rmul__ = __add__, __mul__

    def __rtruediv__(self, other: Any) -> Scalar:
        return self.of(other) / self

    def __lt__(self, other: Any) -> Scalar:
        return self.make("lt", other)

    def __le__(self, other: Any) -> Scalar:
        return self.make("le", other)

    def __gt__(self, other: Any) -> Scalar:
        return self.of(other).make("lt", self)

    def __ge__(self, other: Any) -> Scalar:
        return self.of(other).make("le", self)

    def __and__(self, other: Any) -> Scalar:
        return self.make("and", other)

    def __pow__(self, n: Any) -> Scalar:
        """Small whole powers are products, as every compiler would like to have them."""
        n = self.of(n)
        if n.value is None or n.value not in range(1, 9):
            return self.make("pow", n)
        half = self ** (n.value // 2) if n.value > 1 else None
        return self if half is None else half * half * self if n.value % 2 else half * half

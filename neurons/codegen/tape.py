"""A tape of scalar instructions, on which equal instructions appear once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from neurons.codegen.operations import LOGICAL, Input, Instruction, Operation


class Tape:
    """Instructions in the order of their computation."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.origins: list[str] = []  # the tensor operation that each instruction came from
        self.origin = ""  # the tensor operation that is being written down
        self._nodes: dict[Instruction, int] = {}

    def node(self, operation: Operation | Input, *arguments: int, **fields: Any) -> int:
        """Return the node of this instruction, which is appended if it is new."""
        instruction = Instruction(operation, arguments, **fields)
        if instruction not in self._nodes:
            self._nodes[instruction] = len(self.instructions)
            self.instructions.append(instruction)
            self.origins.append(self.origin)
        return self._nodes[instruction]

    def constant(self, value: float) -> int:
        """Return the node of a number; -0.0 becomes 0.0."""
        return self.node(Operation.CONSTANT, value=float(value) + 0.0)

    def value(self, node: int) -> float | None:
        """Return the number of a constant node, None for any other."""
        return self.instructions[node].value

    def is_logical(self, node: int) -> bool:
        """Return whether a node is a truth value."""
        return self.instructions[node].operation in LOGICAL

    def elementwise(self, formula: Callable[..., Scalar], *args: Any, **kwargs: Any) -> Tensor:
        """Apply a formula to every element of the broadcast arguments, tensors of nodes."""
        tensors = [v for v in args if isinstance(v, Tensor)]
        shape = torch.broadcast_shapes(*(v.shape for v in tensors))
        columns = [v.expand(shape).flatten().tolist() if isinstance(v, Tensor) else v for v in args]
        nodes = []
        for i in range(shape.numel()):
            scalars = (Scalar(self, v[i]) if isinstance(v, list) else v for v in columns)
            nodes.append(formula(*scalars, **kwargs).node)
        return torch.tensor(nodes).view(shape)


class Scalar:
    """A node with Python's operators, so that a formula reads as one.

    Operators leave out what changes nothing: adding 0, multiplying by 0 or 1.
    """

    def __init__(self, tape: Tape, node: int) -> None:
        self.tape, self.node = tape, node

    def apply(self, operation: Operation, *others: Any) -> Scalar:
        """Return the operation of this number and others, scalars or Python numbers."""
        nodes = (self.scalar(v).node for v in others)
        return Scalar(self.tape, self.tape.node(operation, self.node, *nodes))

    def scalar(self, value: Any) -> Scalar:
        """Return a Python number as a scalar of the same tape; a scalar as it is."""
        return value if isinstance(value, Scalar) else Scalar(self.tape, self.tape.constant(value))

    @property
    def value(self) -> float | None:
        return self.tape.value(self.node)

    def __add__(self, other: Any) -> Scalar:
        other = self.scalar(other)
        if self.value == 0:
            return other
        return self if other.value == 0 else self.apply(Operation.ADD, other)

    def __sub__(self, other: Any) -> Scalar:
        other = self.scalar(other)
        if self.value == 0:
            return -other
        return self if other.value == 0 else self.apply(Operation.SUB, other)

    def __mul__(self, other: Any) -> Scalar:
        other = self.scalar(other)
        if 0 in (self.value, other.value):
            return self.scalar(0)
        if other.value == 1:
            return self
        return other if self.value == 1 else self.apply(Operation.MUL, other)

    def __truediv__(self, other: Any) -> Scalar:
        other = self.scalar(other)
        if other.value and math.frexp(other.value)[0] == 0.5:  # 2^n, whose reciprocal is exact
            return self * (1 / other.value)
        return self if self.value == 0 else self.apply(Operation.DIV, other)

    def __neg__(self) -> Scalar:
        return self if self.value == 0 else self.apply(Operation.NEG)

    def __rsub__(self, other: Any) -> Scalar:
        return self.scalar(other) - self

    __radd__, __rmul__ = __add__, __mul__

    def __rtruediv__(self, other: Any) -> Scalar:
        return self.scalar(other) / self

    def __lt__(self, other: Any) -> Scalar:
        return self.apply(Operation.LT, other)

    def __le__(self, other: Any) -> Scalar:
        return self.apply(Operation.LE, other)

    def __gt__(self, other: Any) -> Scalar:
        return self.scalar(other).apply(Operation.LT, self)

    def __ge__(self, other: Any) -> Scalar:
        return self.scalar(other).apply(Operation.LE, self)

    def __and__(self, other: Any) -> Scalar:
        return self.apply(Operation.AND, other)

    def __pow__(self, exponent: Any) -> Scalar:
        """Return a power; exponents 1 to 8 become products, which round the same everywhere."""
        exponent = self.scalar(exponent)
        n = exponent.value
        if n is None or n not in range(1, 9):
            return self.apply(Operation.POW, exponent)
        if n == 1:
            return self
        half = self ** (n // 2)
        return half * half * self if n % 2 else half * half

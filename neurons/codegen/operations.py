"""The vocabulary of programs: what they read, what they compute, and groups of both.

A program is a list of instructions for one neuron and one step. Each computes one number from
inputs and from the results of instructions before it. A **node** is the position of an
instruction in the list, and a name for the number that it computes.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Input(Enum):
    """A kind of number that a program reads; all numbers of a kind are the rows of one tensor."""

    X = "x"  # the input current of the step
    STATE = "state"  # the state before the step, a number per neuron
    SHARED_STATE = "shared state"  # the state before the step that all neurons share
    NEURON_PARAM = "neuron param"  # a parameter with a number per neuron
    COMMON_PARAM = "common param"  # a parameter with one number for all neurons
    TABLE = "table"  # a parameter with a row per time step; only LOOKUP reads it
    SPIKE_GRADIENT = "spike gradient"  # the upstream gradient of the step's spike
    STATE_GRADIENT = "state gradient"  # the gradient of the state after the step
    SUM = "sum"  # a term of a parameter's gradient, summed over the steps


class Operation(Enum):
    """What an instruction computes from its arguments a, b, c."""

    CONSTANT = "constant"  # the value of the instruction
    LOOKUP = "lookup"  # row a, counted from the instruction's row, of the tables

    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    DIV = "div"
    NEG = "neg"

    LT = "lt"  # a < b
    LE = "le"  # a <= b
    EQ = "eq"
    AND = "and"
    NOT = "not"
    WHERE = "where"  # b where a holds, else c

    REAL = "real"  # a truth value as 0 or 1
    INT = "int"  # rounded toward 0

    CEIL = "ceil"
    FLOOR = "floor"
    ROUND = "round"  # half to even
    SQRT = "sqrt"

    EXP = "exp"
    LOG = "log"
    SIGMOID = "sigmoid"
    TANH = "tanh"
    SIN = "sin"
    COS = "cos"
    ATAN = "atan"
    POW = "pow"  # a to the power b


# Inputs that change from step to step.
CHANGING = frozenset(
    {Input.X, Input.STATE, Input.SHARED_STATE, Input.SPIKE_GRADIENT, Input.STATE_GRADIENT}
)
# What has another number for each neuron.
PER_NEURON = frozenset({*Input, Operation.LOOKUP}) - {Input.SHARED_STATE, Input.COMMON_PARAM}

# Sums and differences: their sum over the steps is that of their arguments' sums.
LINEAR = frozenset({Operation.ADD, Operation.SUB, Operation.NEG})
# The result is a truth value.
LOGICAL = frozenset({Operation.LT, Operation.LE, Operation.EQ, Operation.AND, Operation.NOT})
# Costly, and rounded otherwise by every library.
TRANSCENDENTAL = frozenset(
    {
        *(Operation.EXP, Operation.LOG, Operation.SIGMOID, Operation.TANH),
        *(Operation.SIN, Operation.COS, Operation.ATAN, Operation.POW),
    }
)
# Functions of one number that have the same name in torch.
FUNCTIONS = frozenset(
    {
        *(Operation.EXP, Operation.LOG, Operation.TANH, Operation.SQRT, Operation.ATAN),
        *(Operation.SIN, Operation.COS, Operation.CEIL, Operation.FLOOR, Operation.ROUND),
    }
)


class Instruction(NamedTuple):
    """One number: read from an input, or computed from the nodes `arguments`."""

    operation: Operation | Input
    arguments: tuple[int, ...] = ()
    value: float | None = None  # of a CONSTANT
    row: int | None = None  # of an input among those of its kind; the first row of a LOOKUP
    neuron: int = 0  # whose input it is: the program is that of neuron 0


class UnsupportedStepError(ValueError):
    """A model that has no program; the message is the reason, "its step uses aten.mean"."""

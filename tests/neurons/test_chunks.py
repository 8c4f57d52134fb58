"""Linear parts of a step, by which chunks of steps are joined."""

from dataclasses import replace

import pytest

from neurons.codegen.chunks import computed_rows, linear_parts
from neurons.codegen.operations import Input, Instruction, Operation, UnsupportedStepError
from tests.neurons.test_codegen import program

X, H = Instruction(Input.X), Instruction(Input.STATE, row=0)


def part(*more):
    """Return what h adds to the last of the instructions x, h, ..., as text."""
    instructions = [
        X,
        H,
        *(Instruction(operation, tuple(arguments)) for operation, *arguments in more),
    ]
    made = replace(program("lif"), instructions=instructions)
    made, (node,) = linear_parts(made, [len(instructions) - 1], Input.STATE, [0])

    def text(node):
        operation, arguments, value, *_ = made.instructions[node]
        name = {Input.X: "x", Input.STATE: "h", Operation.CONSTANT: str(value)}.get(operation)
        return name or f"{operation.value}({', '.join(map(text, arguments))})"

    return text(node)


def test_the_linear_part_of_every_operation():
    assert part() == "h"
    assert part((Operation.ADD, 0, 1)) == part((Operation.SUB, 1, 0)) == "h"
    assert part((Operation.SUB, 0, 1)) == part((Operation.NEG, 1)) == "neg(h)"
    assert part((Operation.SUB, 1, 1)) == "sub(h, h)"
    assert part((Operation.MUL, 0, 1)) == "mul(x, h)"
    assert part((Operation.ADD, 0, 1), (Operation.DIV, 2, 0)) == "div(h, x)"
    assert part((Operation.LT, 0, 0), (Operation.WHERE, 2, 0, 1)) == "where(lt(x, x), 0.0, h)"
    assert part((Operation.EXP, 0)) == "0.0"


def test_what_is_not_affine_has_no_linear_part():
    for operation, *arguments in ((Operation.MUL, 1, 1), (Operation.EXP, 1)):
        with pytest.raises(UnsupportedStepError, match=f"not affine: it uses '{operation.value}'"):
            part((operation, *arguments))


def test_rows_that_delay_the_input_are_not_computed():
    assert computed_rows(program("dsn")) == [0] and computed_rows(program("sliding_psn")) == []

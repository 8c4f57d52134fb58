"""What the writers of all languages share: filling in expressions, statements and loops.

A language has a table of expressions, templates of its statements, and a text with its loops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Template
from textwrap import indent

from neurons.codegen.operations import Input, Operation, UnsupportedStepError
from neurons.codegen.program import Program

# {0}, {1}, {2} stand for the arguments, {row} and {value} for those of the instruction.
Expressions = Mapping[Operation | Input, str]


class Writer:
    """Writes nodes of a program as assignments to variables v0, v1, ..."""

    def __init__(self, program: Program, expressions: Expressions) -> None:
        self.program, self.expressions = program, expressions
        self.forward = program.schedule(program.forward)
        self.recompute = program.schedule(program.next_states)
        self.grad_params = program.schedule(program.grad_params)

    def lines(self, nodes: Iterable[int], **words: str) -> list[str]:
        """Return an assignment for each node; `words` fill in names of an expression."""
        return [self.assignment(node, self.expression(node, **words)) for node in nodes]

    def assignment(self, node: int, expression: str) -> str:
        """Return the statement that assigns an expression to the variable of a node."""
        return f"v{node} = {expression}"

    def expression(self, node: int, **words: str) -> str:
        """Return what a node computes; raise UnsupportedStepError if the language cannot."""
        operation, arguments, value, row, _ = self.program.instructions[node]
        if operation not in self.expressions:
            name = operation.value
            raise UnsupportedStepError(f"its step uses {name!r}, which this backend does not have")
        names = (f"v{argument}" for argument in arguments)
        return self.expressions[operation].format(*names, value=value, row=row, **words)


def each_row(statement: str, place: str, variables: Iterable[str]) -> list[str]:
    """Return a statement for each row of a tensor.

    The statement names {place} and {variable}, e.g. "{place} = {variable};"; {} in the place is
    the row.
    """
    return [
        statement.format(place=place.format(row), variable=variable)
        for row, variable in enumerate(variables)
    ]


def names(nodes: Iterable[int]) -> list[str]:
    """Return the variables of nodes."""
    return [f"v{node}" for node in nodes]


def fill(template: str, parts: Mapping[str, list[str]], **words: object) -> str:
    """Return the template with lines for `$part`, alone on its line, and a word for any `$word`."""

    def lines(match: re.Match[str]) -> str:
        return indent("\n".join(parts[match["part"]]), match["spaces"])

    text = re.sub(r"^(?P<spaces> *)\$(?P<part>\w+)$", lines, template, flags=re.MULTILINE)
    return Template(text).substitute(words)

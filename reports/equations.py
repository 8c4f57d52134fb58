"""Typeset the docstring of a model in HTML: paragraphs of prose, and rows of equations.

Equations are the indented lines. Their parts are three spaces or more apart; the last ones are a
remark unless they are equations too. Greek letters stand for their names, `x[t]` and `v_th` have
subscripts, `2^k` has a superscript; the words are the docstring's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

_GREEK = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "theta": "θ", "Theta": "Θ", "lambda": "λ"},
    **{"mu": "μ", "tau": "τ", "pi": "π", "sum": "Σ", "kappa": "κ"},
}
_MARKUP = re.compile(
    r"""
      `(?P<code>[^`]*)`
    | (?P<name>[A-Za-z]+)(?P<number>\d*)(?:_(?P<below>[A-Za-z]\w*|\d))?(?:\[(?P<index>[^\[\]]*)\])?
    | \^(?P<above>\([^()]*\)|\w+)
    """,
    re.VERBOSE,
)
_SIGNS = {"-": "−", " * ": " · ", "<=": "≤", ">=": "≥"}
_GAP = Markup('<span class="gap"></span>')


class Line(NamedTuple):
    """A line of equations, how far it is indented, and the remark behind it."""

    math: Markup
    indent: int
    remark: Markup


class Block(NamedTuple):
    """A paragraph of prose, or lines of equations."""

    prose: Markup = Markup()
    lines: tuple[Line, ...] = ()


def blocks(docstring: str) -> Iterator[Block]:
    """Yield the blocks of a docstring, without its first paragraph."""
    for paragraph in docstring.split("\n\n")[1:]:
        for equations, lines in _runs(paragraph.splitlines()):
            if equations:
                yield Block(lines=tuple(_line(line[4:]) for line in lines))
            else:
                for text in re.split(r"\n(?=Source:)", "\n".join(lines)):
                    yield Block(prose=prose(text.replace("\n", " ")))


def prose(text: str) -> Markup:
    """Return text with what stands in backticks as code."""
    pieces = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    )


def math(text: str) -> Markup:
    """Return an equation with its letters, subscripts and superscripts."""
    pieces, end = [], 0
    for found in _MARKUP.finditer(text):
        pieces += [_signs(text[end : found.start()]), _typeset(found)]
        end = found.end()
    return Markup("").join([*pieces, _signs(text[end:])])


def _runs(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Yield whether lines are equations, with all lines in a row of which it is true."""
    run: list[str] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        run.append(line)
        indented = line.startswith("    ")
        if following is None or following.startswith("    ") != indented:
            yield indented, run
            run = []


def _line(text: str) -> Line:
    bare = text.lstrip()
    equations = re.split(r" {3,}", bare)
    remarks: list[str] = []
    while len(equations) > 1 and equations[-2] != "or" and _is_remark(equations[-1]):
        remarks.insert(0, equations.pop())
    math_, remark = (_GAP.join(parts) for parts in (map(math, equations), map(prose, remarks)))
    return Line(math_, len(text) - len(bare), remark)


def _is_remark(text: str) -> bool:
    """Return whether a part states nothing: its first clause without code has no `=`."""
    return "=" not in re.sub("`[^`]*`", "", text).partition(",")[0]


def _signs(text: str) -> Markup:
    for sign, shown in _SIGNS.items():
        text = text.replace(sign, shown)
    return escape(text)


def _typeset(match: re.Match[str]) -> Markup:
    """Return a name with its subscripts, an exponent, or code."""
    if match["code"] is not None:
        return Markup("<code>{}</code>").format(match["code"])
    if match["above"] is not None:
        return Markup("<sup>{}</sup>").format(math(match["above"].strip("()")))
    if match["name"] == "log":  # a parameter that is the logarithm of another
        return escape(match[0])
    name = _GREEK.get(match["name"], match["name"])
    letter = Markup("<i>{}</i>" if len(name) == 1 and name not in "ΘΣ" else "{}").format(name)
    below = [math(match[part]) for part in ("number", "below", "index") if match[part]]
    return letter + (Markup("<sub>{}</sub>").format(Markup(", ").join(below)) if below else "")

"""Find the loops over time in the machine code of a kernel, and what they move."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from suites.kernels import sass
from suites.kernels.sass import Instruction

_LOADS, _STORES = ("LDG", "LDGSTS"), ("STG",)
_TENSOR = re.compile(r"tl\.(?:load|store)\((\w+)")


class TimeLoop(NamedTuple):
    """The machine code of a loop over time."""

    body: Sequence[Instruction]
    steps: int  # time steps in one iteration: ptxas unrolls loops


def time_loops(text: str, kernel: str, code: Sequence[Instruction]) -> list[TimeLoop]:
    """Return the loops over time of a kernel, in the order of `text`, that of its module.

    In the text such a loop is a `for` without another inside that stores a tensor in every step; a
    loop of the machine code takes as many steps as it has stores from that line. Raise ValueError
    if there is none.
    """
    found = [_time_loop(line, code) for line in _stores(text, kernel)]
    if not found:
        raise ValueError(f"the kernel {kernel!r} has no loop over time in its text")
    return found


def _stores(text: str, kernel: str) -> Iterator[int]:
    """Yield, for each loop over time in the text, the line of its first store."""
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    for function in (f for f in functions if f.name == kernel):
        for loop in (n for n in ast.walk(function) if isinstance(n, ast.For)):
            inner = any(isinstance(n, ast.For) for line in loop.body for n in ast.walk(line))
            stores = [n.lineno for n in loop.body if ast.unparse(n).startswith("tl.store(")]
            if stores and not inner:
                yield stores[0]


def _time_loop(line: int, code: Sequence[Instruction]) -> TimeLoop:
    """Return the loop with the most stores from a line, of those without such a loop inside."""
    counts = {
        loop: sum(i.name in _STORES and i.line == line for i in code[loop.start : loop.stop])
        for loop in sass.loops(code)
    }
    holding = [loop for loop, count in counts.items() if count]
    inner = [a for a in holding if not any(b != a and b.start in a for b in holding)]
    if not inner:
        raise ValueError(f"the machine code has no loop with the store of line {line}")
    longest = max(inner, key=lambda loop: counts[loop])
    return TimeLoop(code[longest.start : longest.stop], counts[longest])


def bytes_per_step(text: str, loops: Sequence[TimeLoop]) -> float:
    """Return the bytes that a thread moves from and to memory per step, tensor by tensor.

    A tensor that several loops read counts once. One that is written and read again is the states
    of a segment, which stay in the cache.
    """
    lines = text.splitlines()
    moved: Counter[str] = Counter()
    loaded, stored = set(), set()
    for loop in loops:
        here: Counter[str] = Counter()
        for i in loop.body:
            if i.name in (*_LOADS, *_STORES):
                name = _TENSOR.findall(lines[i.line - 1] if i.line else "") or [f"line {i.line}"]
                (stored if i.name in _STORES else loaded).add(name[0])
                here[name[0]] += i.bytes
        moved |= Counter({name: count / loop.steps for name, count in here.items()})
    return sum(count for name, count in moved.items() if name not in loaded & stored)

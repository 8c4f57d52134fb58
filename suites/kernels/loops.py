"""Find the loop over time in the machine code of a kernel, and what it moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from suites.kernels import sass
from suites.kernels.sass import Instruction

OUTPUTS = {"forward": "s", "backward": "grad_x"}  # what a kernel stores in every time step
MEMORY = ("LDG", "LDGSTS", "STG", "RED", "REDG", "ATOMG")  # instructions that read or write it


class TimeLoop(NamedTuple):
    """The machine code of a loop over time."""

    body: Sequence[Instruction]
    steps: int  # time steps in one iteration

    @property
    def bytes(self) -> int:
        """The bytes that a thread reads and writes in an iteration, as if nothing were cached."""
        return sum(i.bytes for i in self.body if i.name in MEMORY)


def loop_over_time(text: str, kernel: str, code: Sequence[Instruction]) -> TimeLoop:
    """Return the loop over time of a kernel, given the text of its module.

    It takes as many steps as it stores outputs. Of several loops it is the one with the most
    stores: others take the steps that remain, or are around it. Raise ValueError without one.
    """
    output = re.compile(rf"tl\.store\({OUTPUTS[kernel]}\b")
    lines = {n for n, line in enumerate(text.splitlines(), 1) if output.search(line)}
    stores = [at for at, i in enumerate(code) if i.name == "STG" and i.line in lines]
    steps = {loop: sum(at in loop for at in stores) for loop in sass.loops(code)}
    holding = [loop for loop, count in steps.items() if count]
    inner = [a for a in holding if not any(b != a and b.start in a for b in holding)]
    if not inner:
        raise ValueError(f"no loop of the kernel {kernel!r} stores {OUTPUTS[kernel]!r}")
    longest = max(inner, key=lambda loop: steps[loop])
    return TimeLoop(code[longest.start : longest.stop], steps[longest])

"""The instructions per step of the C generated for a model, in the machine code for x86-64-v3.

Each loop over the neurons of a step is compiled to vectors of 8 neurons. It is found as the loop of
its function that uses them most, of those in which no other loop is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import NamedTuple

from suites.kernels import compile

ARCH = "x86-64-v3"
FUNCTIONS = {"forward": "forward_block", "backward": "backward_step"}
VECTOR = "%ymm"
_JUMP = re.compile(r"j\w+\s+([0-9a-f]+) ")


class Line(NamedTuple):
    """One instruction as objdump prints it."""

    address: int
    text: str

    @property
    def target(self) -> int:
        """The address that it jumps to, or a later one."""
        jump = _JUMP.match(self.text)
        return int(jump[1], 16) if jump else self.address + 1


def instructions_per_step(model: str) -> dict[str, int]:
    """Return the instructions of a forward step and of a backward step, for 8 neurons, by pass.

    The forward step that a backward computes again is not counted. Raise NotImplementedError where
    objdump or a compiler for x86-64 is missing, or the model has no generated code.
    """
    if shutil.which("objdump") is None:
        raise NotImplementedError("objdump is not installed; install binutils")
    path = compile.library(compile.layer(model))
    command = ["objdump", "-d", "--no-show-raw-insn", path]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {run: vector_loop(listing, name) for run, name in FUNCTIONS.items()}


def vector_loop(listing: str, function: str) -> int:
    """Return how many instructions the loop with the most vector instructions has.

    It is one of a function, without another loop inside.
    """
    name = rf"<{function}\.arch_{ARCH.replace('-', '_')}>:\n"
    found = re.search(rf"{name}(.*?)(?:\n\n|\Z)", listing, re.DOTALL)
    if found is None:
        raise NotImplementedError(f"the C compiler made no code for {ARCH}; use gcc on x86-64")
    lines = re.findall(r"^\s*(\w+):\t(.+)$", found[1], re.MULTILINE)
    code = [Line(int(address, 16), text) for address, text in lines]
    loops = {line.target: line.address for line in code if line.target <= line.address}
    bodies = [
        [line.text for line in code if first <= line.address <= last]
        for first, last in loops.items()
        if not any(first < other <= last for other in loops)
    ]
    return len(max(bodies, key=lambda body: sum(VECTOR in text for text in body), default=[]))

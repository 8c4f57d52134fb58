"""The counters of one kernel, read from its machine code."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from suites.kernels import dependence, loops, sass
from suites.kernels.compile import Kernel

_RESOURCES = re.compile(r"\b(REG|STACK):(\d+)")


class Counters(NamedTuple):
    """What the machine code of a pass of a model shows.

    Attributes
    ----------
    model, run, arch
        The model, its pass ("forward", as in inference, or "backward"), and the GPU's architecture.
    registers
        Registers of a thread.
    spilled_bytes
        Local memory of a thread: registers that did not fit, and arrays.
    shared_bytes
        Shared memory of a block.
    instructions_per_step
        Instructions in the loops over time, per step and thread.
    loads_in_flight
        Loads and copies from memory that a thread waits for at once; of two loops, their sum.
    chain
        The longest chain of dependent instructions in the loops over time, per step.
    launches
        Kernels that a call starts.
    bytes_per_element
        Bytes that the loops over time move from and to memory, per element of the input.
    """

    model: str
    run: str
    arch: str
    registers: int
    spilled_bytes: int
    shared_bytes: int
    instructions_per_step: float
    loads_in_flight: int
    chain: float
    launches: int
    bytes_per_element: float

    def row(self) -> dict[str, Any]:
        """Return the counters by name, with `run` as "pass"."""
        return {"pass" if key == "run" else key: v for key, v in self._asdict().items()}


def count(kernel: Kernel) -> Counters:
    """Return the counters of a kernel."""
    code = sass.parse(kernel.sass)[kernel.run]
    found = loops.time_loops(kernel.text, kernel.run, code)
    resources = {name: int(number) for name, number in _RESOURCES.findall(kernel.resources)}
    return Counters(
        model=kernel.model,
        run=kernel.run,
        arch=kernel.arch,
        registers=resources["REG"],
        spilled_bytes=resources["STACK"],
        shared_bytes=kernel.shared_bytes,
        instructions_per_step=sum(len(loop.body) / loop.steps for loop in found),
        loads_in_flight=sum(dependence.loads_in_flight(loop.body) for loop in found),
        chain=sum(dependence.chain(loop.body) / loop.steps for loop in found),
        launches=kernel.launches,
        bytes_per_element=kernel.walks * loops.bytes_per_step(kernel.text, found),
    )

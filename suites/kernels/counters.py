"""The counters of one kernel, read from its machine code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from suites.kernels import calls, compile, dependence, loops, sass
from suites.kernels.calls import Call
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
        Instructions of a thread in the loop over time, per step.
    loads_in_flight
        Loads and copies from memory of a thread that are under way at once.
    chain
        The longest chain of dependent instructions in the loop over time, per step.
    launches
        Kernels that a call starts for an input of `compile.SHAPE`, those of torch among them.
    bytes_per_element
        Bytes that such a call reads and writes in its loops over time, per element of the input.
    serial_steps
        Time steps that such a call takes one after the other.
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
    serial_steps: int

    def row(self) -> dict[str, Any]:
        """Return the counters by name, with `run` as "pass"."""
        return {"pass" if key == "run" else key: v for key, v in self._asdict().items()}


def count(arch: str, model: str) -> dict[str, Counters]:
    """Return the counters of each pass of a model; see `read`."""
    return {counters.run: counters for counters, _ in read(arch, model)}


def read(arch: str, model: str) -> Iterator[tuple[Counters, Kernel]]:
    """Compile a model and yield the counters of each pass, with its kernel.

    Raise NotImplementedError with the reason where that is not possible.
    """
    kernels = compile.kernels(compile.layer(model), arch)
    call = calls.calls(compile.layer(model))
    for run, kernel in kernels.items():
        yield _counters(model, run, arch, kernel, call[run]), kernel


def _counters(model: str, run: str, arch: str, kernel: Kernel, call: Call) -> Counters:
    loop = loops.loop_over_time(kernel.text, run, sass.parse(kernel.sass)[run])
    resources = {name: int(number) for name, number in _RESOURCES.findall(kernel.resources)}
    return Counters(
        model=model,
        run=run,
        arch=arch,
        registers=resources["REG"],
        spilled_bytes=resources["STACK"],
        shared_bytes=kernel.shared_bytes,
        instructions_per_step=len(loop.body) / loop.steps,
        loads_in_flight=dependence.loads_in_flight(loop.body),
        chain=dependence.chain(loop.body) / loop.steps,
        launches=call.launches,
        bytes_per_element=call.walks * loop.bytes / loop.steps,
        serial_steps=call.steps,
    )

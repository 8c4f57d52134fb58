"""What the instructions of a loop wait for: earlier instructions, and loads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from suites.kernels.sass import Instruction

ITERATIONS = 60  # more than a loop takes to settle; each pattern of a few iterations divides it
_WAIT = re.compile(r"0x[0-9a-f]+")


def chain(body: Sequence[Instruction]) -> float:
    """Return the longest chain of dependent instructions, per iteration of a loop.

    It is the time that one more iteration takes, after many, if each instruction takes one unit as
    soon as its registers are ready and any number run at once. Memory makes nothing wait.
    """
    steps = [(i.reads(), i.writes(), bool(i.predicate)) for i in body]
    ready: dict[str, int] = {}
    last = []
    for _ in range(2):
        for _ in range(ITERATIONS):
            for reads, writes, conditional in steps:
                end = 1 + max((ready.get(r, 0) for r in reads), default=0)
                for r in writes:  # one that is not written keeps its value
                    ready[r] = max(end, ready.get(r, 0)) if conditional else end
        last.append(max(ready.values(), default=0))
    return (last[1] - last[0]) / ITERATIONS


def loads_in_flight(body: Sequence[Instruction]) -> int:
    """Return how many loads from memory are under way at most, when a loop has run for a while.

    A warp issues its instructions in order, so a load has ended before the first instruction that
    uses its register. Copies to shared memory are issued in groups, and the code waits until only
    so many groups are under way.
    """
    loads: list[set[str]] = []  # the registers of each load under way
    groups = [0]  # the copies of each group under way, the open one last
    most = 0
    steps = [(i, i.reads() | i.writes()) for i in body]
    for i, used in steps * ITERATIONS:
        loads = [registers for registers in loads if not registers & used]
        if i.name == "LDG":
            loads.append(i.writes())
        elif i.name == "LDGSTS":
            groups[-1] += 1
        elif i.name == "LDGDEPBAR":
            groups.append(0)
        elif i.name == "DEPBAR" and (allowed := _WAIT.search(" ".join(i.operands))):
            groups = groups[-1 - int(allowed[0], 16) :]
        most = max(most, len(loads) + sum(groups))
    return most

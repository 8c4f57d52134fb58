"""Counters: a deterministic count may not grow, on one run and with a tight margin.

Dispatched operations and saved bytes do not depend on how busy the machine is, so they catch what
a noisy clock misses. A count more than its own `tolerance` (a fraction) above the base FAILs; a
lower one passes and proposes itself as the new baseline.
"""

from collections.abc import Iterator

from ci.gate.bench import Bench
from ci.gate.rows import Row
from ci.gate.statistics import Outcome
from reports.units import quantity


def judge(bench: Bench) -> Iterator[Row]:
    for case in bench.cases:
        if case.kind != "counter" or not case.on_both:
            continue
        base, head = case.base.value or 0.0, case.head.value or 0.0
        if head > base * (1 + case.tolerance):
            yield Row.of(
                "counters", case, Outcome.FAIL, f"grew by {quantity(head - base, case.unit)}"
            )
        elif head < base:
            yield Row.of(
                "counters", case, Outcome.PASS, f"new baseline: {quantity(head, case.unit)}"
            )
        else:
            yield Row.of("counters", case, Outcome.PASS, "unchanged")

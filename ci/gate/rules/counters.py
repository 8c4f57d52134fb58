"""Counters: a count that no machine changes may not get worse.

Dispatched operations, saved bytes and a kernel's registers do not depend on how busy the machine
is: one run shows a loss that is lost in the noise of timings. A count that is worse than the base's
by more than the benchmark's `tolerance` (a fraction) FAILs; a better one passes and is shown as the
new baseline. Worse is more, or less where the benchmark says that higher is better.
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
        loss = base - head if case.direction == "higher" else head - base
        verb = "grew" if head > base else "fell"
        change = f"{verb} by {quantity(abs(head - base), case.unit)}"
        if loss > case.tolerance * base:
            yield Row.of("counters", case, Outcome.FAIL, change)
        elif loss > 0:
            yield Row.of("counters", case, Outcome.PASS, f"{change}, within the tolerance")
        elif loss < 0:
            new = f"new baseline: {quantity(head, case.unit)}"
            yield Row.of("counters", case, Outcome.PASS, new)
        else:
            yield Row.of("counters", case, Outcome.PASS, "unchanged")

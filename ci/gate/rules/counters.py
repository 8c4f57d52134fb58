"""Counters: a count that no machine changes may not grow.

Dispatched operations and saved bytes do not depend on how busy the machine is: one run shows a loss
that is lost in the noise of timings. A count that exceeds the base by more than the benchmark's
`tolerance` (a fraction) FAILs; a lower one passes and is shown as the new baseline.
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

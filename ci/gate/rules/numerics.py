"""Numerics: an error beyond its tolerance FAILs, also if the base has the same error.

The tolerance is absolute and is declared with the benchmark, so it also holds for a model that is
new on the head.
"""

from collections.abc import Iterator

from ci.gate.bench import Bench
from ci.gate.rows import Row
from ci.gate.statistics import Outcome
from reports.units import quantity


def judge(bench: Bench) -> Iterator[Row]:
    for case in bench.cases:
        if case.kind != "numerics" or case.head.value is None:
            continue
        right = case.head.value <= case.tolerance
        place = "within" if right else "beyond"
        reason = f"{place} the tolerance {quantity(case.tolerance, case.unit)}"
        yield Row.of("numerics", case, Outcome.PASS if right else Outcome.FAIL, reason)

"""Numerics: an error beyond its tolerance FAILs, whatever the base did, and cannot be waived.

The bound is absolute and stands beside the benchmark, so a model that is new on the head is held
to it as well.
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
        good = case.head.value <= case.tolerance
        reason = (
            f"{'within' if good else 'beyond'} the tolerance {quantity(case.tolerance, case.unit)}"
        )
        yield Row.of("numerics", case, Outcome.PASS if good else Outcome.FAIL, reason)

"""Coverage: what ran on the base must run on the head, or the measurement is invalid.

A case that failed on a side, or that only the base runs, is INVALID, never a pass; so is a run
with too few cases on both sides. A case that only the head runs is NEW: shown, not compared.
What runs on neither side is not judged.
"""

from collections.abc import Iterator

from ci.gate.bench import Bench
from ci.gate.cases import Case
from ci.gate.rows import Row
from ci.gate.statistics import Outcome


def judge(bench: Bench) -> Iterator[Row]:
    shared = sum(case.on_both for case in bench.cases)
    if shared < bench.minimum:
        wanted = f"{bench.minimum} benchmarks must run on both sides, {shared} did"
        yield Row.general("coverage", f"{wanted}; check the profile and the suites, or --minimum")
    for case in bench.cases:
        if finding := look(case):
            yield Row.of("coverage", case, *finding)


def look(case: Case) -> tuple[Outcome, str] | None:
    """What to say of a case that did not simply run on both sides."""
    for role, side in (("base", case.base), ("head", case.head)):
        if side.state == "failed":
            return Outcome.INVALID, f"failed on {role}: {side.reason}"
    if case.on_both:
        return None
    if case.base.state == "ok":
        return Outcome.INVALID, f"runs on base, {case.head.state} on head: {case.head.reason}"
    if case.head.state == "ok":
        return Outcome.NEW, f"{case.base.state} on base: {case.base.reason}"
    return Outcome.NOT_RUN, case.head.reason

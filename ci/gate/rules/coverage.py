"""Coverage: what ran on the base must run on the head, or the measurement is invalid.

A case that failed on a side, or that only the base runs, is INVALID, never a pass; so is a run
with too few cases on both sides. A model that the head lacks has VANISHED. A case that only the
head runs is NEW: shown, not compared. What runs on neither side is not judged.
"""

from collections.abc import Iterator

from ci.gate.bench import Bench
from ci.gate.cases import Case
from ci.gate.rows import Row
from ci.gate.statistics import Outcome


def judge(bench: Bench) -> Iterator[Row]:
    on_both = sum(case.on_both for case in bench.cases)
    if on_both < bench.minimum:
        reason = f"{bench.minimum} benchmarks must run on both sides, {on_both} did"
        yield Row.general("coverage", f"{reason}; check the profile and the suites, or --minimum")
    for model in sorted(bench.impact.vanished):
        yield Row.of_model(
            "vanished", model, Outcome.VANISHED, "the head has no file of this model"
        )
    for case in bench.cases:
        if gap := coverage_gap(case):
            yield Row.of("coverage", case, *gap)


def coverage_gap(case: Case) -> tuple[Outcome, str] | None:
    """Return the outcome and the reason for a case that did not run on both sides, else None."""
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

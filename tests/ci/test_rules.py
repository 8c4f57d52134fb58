"""What each rule of the gate says of a case, without running anything."""

import math
from dataclasses import replace
from typing import Any

import pytest

from ci.gate.bench import Bench
from ci.gate.cases import Case, Probe
from ci.gate.impact import Impact
from ci.gate.rules import counters, coverage, numerics
from ci.gate.statistics import Outcome
from reports.units import quantity

UNIT = "operations/step"
ALL = Impact(frozenset(), frozenset(), shared=True)
ABSENT, SKIPPED = Probe(), Probe("n/a", None, "no kernel")
FAILED = Probe("failed", None, "ValueError: shape")


def ok(value: float) -> Probe:
    return Probe("ok", value, "")


def case(kind: str, base: Probe, head: Probe, tolerance: Any = None, model: str = "lif") -> Case:
    description = {
        "name": f"calls.suite.Calls.track_operations({model}, eager)",
        "benchmark": "calls.suite.Calls.track_operations",
        "params": {"model": model, "backend": "eager"},
        "kind": kind,
        "unit": UNIT,
        "tolerance": tolerance,
        "direction": "lower",
        "models": [model],
    }
    return Case.of(description, base, head)


def bench(*cases: Case, minimum: int = 0) -> Bench:
    return Bench({}, ALL, "gate", math.inf, minimum, cases=list(cases))


# Cases ------------------------------------------------------------------------------------------


def test_a_case_has_the_tolerance_that_holds_for_it() -> None:
    assert case("numerics", ABSENT, ABSENT, {"cpu": 1.0, "eager": 0.5}).tolerance == 0.5
    assert case("numerics", ABSENT, ABSENT, 0.25).tolerance == 0.25
    assert case("numerics", ABSENT, ABSENT).tolerance == 0.0


def test_a_case_is_known_by_its_model_or_else_its_first_axis() -> None:
    lif = case("counter", ABSENT, ABSENT)
    assert (lif.model, lif.metric) == ("lif", "operations")
    assert replace(lif, params={"backend": "eager", "model": "lif"}).model == "lif"
    assert replace(lif, params={"surrogate": "atan", "lag": "1"}).model == "atan"
    assert replace(lif, params={}).model == ""
    assert replace(lif, benchmark="speed.suite.Inference.time_forward").metric == "forward"


def test_a_side_lists_no_case_until_it_says_so() -> None:
    assert (ABSENT.state, ABSENT.value) == ("absent", None)
    assert ABSENT.reason == "the suites list no such case"


# Counters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "head", "tolerance", "outcome", "reason"),
    [
        (40.0, 45.0, None, Outcome.FAIL, f"grew by {quantity(5, UNIT)}"),
        (40.0, 43.0, 0.1, Outcome.PASS, f"grew by {quantity(3, UNIT)}, within the tolerance"),
        (40.0, 50.0, 0.25, Outcome.PASS, f"grew by {quantity(10, UNIT)}, within the tolerance"),
        (40.0, 50.5, 0.25, Outcome.FAIL, f"grew by {quantity(10.5, UNIT)}"),
        (40.0, 40.0, None, Outcome.PASS, "unchanged"),
        (40.0, 35.0, None, Outcome.PASS, f"new baseline: {quantity(35, UNIT)}"),
        (0.0, 0.5, None, Outcome.FAIL, f"grew by {quantity(0.5, UNIT)}"),
        (0.5, 0.0, None, Outcome.PASS, f"new baseline: {quantity(0, UNIT)}"),
    ],
)
def test_a_count_may_not_grow_beyond_its_tolerance(base, head, tolerance, outcome, reason) -> None:
    judged = case("counter", ok(base), ok(head), tolerance)
    (row,) = counters.judge(bench(judged))
    assert (row.rule, row.verdict, row.reason) == ("counters", outcome, reason)
    assert (row.base, row.head, row.model, row.unit) == (base, head, "lif", UNIT)


@pytest.mark.parametrize("missing", [ABSENT, SKIPPED, FAILED])
def test_a_count_that_one_side_lacks_is_not_compared(missing) -> None:
    """A missing base is no base of 0; `coverage` says what is missing."""
    one, other = case("counter", missing, ok(40.0)), case("counter", ok(40.0), missing)
    last = case("counter", ok(1.0), ok(1.0), model="psn")
    rows = list(counters.judge(bench(one, other, case("numerics", ok(1.0), ok(2.0)), last)))
    assert [row.model for row in rows] == ["psn"], "one that is left out ends nothing"


# Numerics ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "outcome", "place"),
    [
        (1e-7, Outcome.PASS, "within"),
        (1e-6, Outcome.PASS, "within"),
        (2e-6, Outcome.FAIL, "beyond"),
    ],
)
@pytest.mark.parametrize("base", [ok(2e-6), SKIPPED])
def test_an_error_is_held_to_its_tolerance_whatever_the_base(base, head, outcome, place) -> None:
    (row,) = numerics.judge(bench(case("numerics", base, ok(head), 1e-6)))
    assert (row.rule, row.verdict, row.head) == ("numerics", outcome, head)
    assert row.reason == f"{place} the tolerance {quantity(1e-6, UNIT)}"


def test_only_an_error_of_the_head_is_judged() -> None:
    gone, count = case("numerics", ok(1.0), FAILED), case("counter", ok(1.0), ok(1.0))
    last = case("numerics", ok(1.0), ok(0.0), model="psn")
    assert [row.model for row in numerics.judge(bench(gone, count, last))] == ["psn"]


# Coverage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "head", "outcome", "reason"),
    [
        (ok(1), FAILED, Outcome.INVALID, "failed on head: ValueError: shape"),
        (FAILED, ok(1), Outcome.INVALID, "failed on base: ValueError: shape"),
        (FAILED, ABSENT, Outcome.INVALID, "failed on base: ValueError: shape"),
        (ok(1), SKIPPED, Outcome.INVALID, "runs on base, n/a on head: no kernel"),
        (ok(1), ABSENT, Outcome.INVALID, f"runs on base, absent on head: {ABSENT.reason}"),
        (ABSENT, ok(1), Outcome.NEW, f"absent on base: {ABSENT.reason}"),
        (SKIPPED, ok(1), Outcome.NEW, "n/a on base: no kernel"),
        (ABSENT, SKIPPED, Outcome.NOT_RUN, "no kernel"),
    ],
)
def test_what_does_not_run_on_both_sides_is_named(base, head, outcome, reason) -> None:
    judged = case("counter", base, head)
    assert not judged.on_both
    (row,) = coverage.judge(bench(judged))
    assert (row.rule, row.verdict, row.reason) == ("coverage", outcome, reason)


def test_too_few_cases_on_both_sides_are_invalid() -> None:
    both, new = case("counter", ok(1), ok(1)), case("counter", ABSENT, ok(1))
    assert [row.verdict for row in coverage.judge(bench(both, new, minimum=1))] == [Outcome.NEW]
    first, second = coverage.judge(bench(both, new, minimum=2))
    assert (first.rule, first.verdict, first.model) == ("coverage", Outcome.INVALID, "")
    assert first.reason.startswith("2 benchmarks must run on both sides, 1 did; check the profile")
    assert second.verdict is Outcome.NEW


def test_a_model_that_the_head_lacks_has_a_row() -> None:
    lacking = replace(bench(), impact=Impact(frozenset(), frozenset({"psn"}), shared=False))
    (row,) = coverage.judge(lacking)
    assert (row.name, row.model, row.verdict) == ("vanished(psn)", "psn", Outcome.VANISHED)

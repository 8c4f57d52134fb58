"""The rule of compile times on seconds that are known, without running anything."""

import math
from typing import Any

import pytest

from ci.gate.bench import Bench
from ci.gate.impact import Impact
from ci.gate.rules import compile_time
from ci.gate.side import OutOfTimeError
from ci.gate.statistics import Outcome
from tests.ci.test_rules import ALL, case, ok

PLIF = Impact(frozenset({"plif"}), frozenset(), shared=False)


class Compiled(Bench):
    """A bench whose first calls take 2 seconds on the base, and on the head what `heads` says.

    When `heads` is empty the sides do not answer in time.
    """

    heads: list[float]

    def _ask_both(self, wanted: str, subject: str, **options: Any) -> dict[str, Any]:
        self.asked = [*getattr(self, "asked", ()), subject]
        if not self.heads:
            raise OutOfTimeError
        seconds = {"base": {"cpu": 2.0, "old": 1.0}, "head": {"cpu": self.heads.pop(0), "new": 1.0}}
        return {role: {f"{wanted}s": calls} for role, calls in seconds.items()}


def compiled(*heads: float, impact: Impact = PLIF) -> Compiled:
    cases = [case("counter", ok(1), ok(1), model=model) for model in ("plif", "lif", "dsn")]
    built = Compiled({}, impact, "gate", math.inf, cases=cases)
    built.heads = list(heads)
    return built


@pytest.mark.parametrize(
    ("heads", "outcome", "count"),
    [
        ([2.5], Outcome.PASS, 1),
        ([1.0], Outcome.PASS, 1),
        ([3.2, 2.0], Outcome.PASS, 2),
        ([3.2, 3.2, 2.8], Outcome.PASS, 3),
        ([3.2, 3.2, 3.4], Outcome.FAIL, 3),
    ],
)
def test_a_first_call_fails_if_it_is_half_as_long_again_every_time(heads, outcome, count) -> None:
    bench = compiled(*heads)
    (row,) = compile_time.judge(bench)
    assert (row.name, row.verdict, row.unit) == ("compile_time(plif, cpu)", outcome, "seconds")
    assert bench.asked == ["plif"] * count and bench.heads == []
    assert row.effects == pytest.approx([head / 2 for head in heads])
    assert row.base == 2.0


def test_the_canary_stands_for_code_of_all_models() -> None:
    bench = compiled(2.0, impact=ALL)
    assert [row.model for row in compile_time.judge(bench)] == bench.asked == ["lif"]


def test_a_suspicion_that_time_cuts_short_is_no_pass() -> None:
    bench = compiled(6.0)
    (row,) = compile_time.judge(bench)
    assert (row.verdict, row.reason) == (Outcome.UNDECIDED, "+200.0 %, 1 measured")


def test_what_is_not_measured_since_the_minutes_are_over_is_undecided() -> None:
    over, no_answer = compiled(2.0), compiled()
    over.ends = 0.0
    for bench in (over, no_answer):
        (row,) = compile_time.judge(bench)
        assert (row.name, row.verdict) == ("compile_time(plif)", Outcome.UNDECIDED)
        assert row.reason == "not timed: the minutes of the gate were over"
    assert over.heads == [2.0]

"""The rule of compile times on seconds that are known, without running anything."""

import math

import pytest

from ci.gate.bench import Bench
from ci.gate.impact import Impact
from ci.gate.rules import compile_time
from ci.gate.statistics import Outcome
from tests.ci.test_rules import ALL, case, ok

PLIF = Impact(frozenset({"plif"}), frozenset(), shared=False)


class Compiled(Bench):
    """A bench whose first calls take 2 seconds on the base, and on the head what `heads` says."""

    heads: list[float]

    def first_calls(self, model: str) -> dict[str, dict[str, float]]:
        self.asked = [*getattr(self, "asked", ()), model]
        return {"base": {"cpu": 2.0, "old": 1.0}, "head": {"cpu": self.heads.pop(0), "new": 1.0}}


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


def test_a_suspicion_that_time_cuts_short_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = compiled(6.0)
    monkeypatch.setattr(bench, "over", lambda: bench.heads == [])
    (row,) = compile_time.judge(bench)
    assert (row.verdict, row.reason) == (Outcome.UNDECIDED, "+200.0 %, 1 measured")


def test_what_is_not_measured_since_the_minutes_are_over_is_undecided() -> None:
    bench = compiled(2.0)
    bench.ends = 0.0
    (row,) = compile_time.judge(bench)
    assert (row.name, row.verdict) == ("compile_time(plif)", Outcome.UNDECIDED)
    assert row.reason == "not timed: the minutes of the gate were over"
    assert bench.heads == [2.0]

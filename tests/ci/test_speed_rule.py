"""The speed rule on rounds that are known, without running anything."""

import contextlib
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ci.gate import side
from ci.gate.bench import Bench
from ci.gate.cases import Case
from ci.gate.impact import Impact
from ci.gate.rules import speed
from ci.gate.side import OutOfTimeError, Side, SideError
from ci.gate.statistics import Outcome, Pair, Sample
from tests.ci.test_rules import ALL, SKIPPED, bench, case, ok


class Timed(Bench):
    """A bench whose rounds are known: `slow` is slower on the head, others are the same.

    A round of an odd number takes twice as long on both sides, and `slow` is then 3 times slower,
    else 2 times: the median of its ratios is not the ratio of its medians.
    """

    def measure(self, names, rounds, *, fresh, stop=lambda pairs: False) -> dict[str, Pair]:
        self.asked = [*getattr(self, "asked", ()), (names, rounds, fresh)]
        unit = 0.5 if fresh else 1.0  # so that it shows which rounds a row gives
        pairs, done = {}, 0
        while done < rounds and not (done and stop(pairs)):
            done += 1
            odd = np.arange(done)[:, None] % 2
            base = unit * (1 + odd) * np.ones(4)
            heads = {"slow": base * (2 + odd), "slow too": base * (2 + odd), "same": base}
            pairs = {name: Pair(Sample(base), Sample(heads[name])) for name in names}
        self.rounds = done
        return pairs


def timed(*cases: Case, impact: Impact = ALL) -> Timed:
    return Timed({}, impact, "gate", math.inf, cases=list(cases))


def test_a_slower_case_is_confirmed_by_fresh_rounds_and_fails() -> None:
    slow = replace(case("speed", ok(7), ok(8), model="psn"), name="slow", unit="seconds")
    same = replace(case("speed", ok(7), ok(8)), name="same", unit="seconds")
    others = [case("counter", ok(1), ok(1)), case("speed", ok(1), SKIPPED)]
    measured = timed(slow, same, *others)
    rows = {row.model: row for row in speed.judge(measured)}
    assert set(rows) == {"psn", "lif"}
    assert measured.asked == [(["slow", "same"], 5, False), (["slow"], 20, True)]
    failed, passed = rows["psn"], rows["lif"]
    assert (failed.rule, failed.verdict, passed.verdict) == ("speed", Outcome.FAIL, Outcome.PASS)
    assert (failed.base, failed.head) == (0.75, 2.0)
    assert failed.ratio == pytest.approx(6**0.5), "of 2 and 3 equally often, not 2.0 / 0.75"
    assert (passed.base, passed.head, passed.ratio) == (1.0, 1.0, pytest.approx(1.0))
    assert "over 10 rounds" in failed.reason and "over 5 rounds" in passed.reason


def test_unchanged_code_that_seems_slower_is_an_invalid_measurement() -> None:
    canary = replace(case("speed", ok(7), ok(8)), name="slow", unit="seconds")
    changed = Impact(frozenset({"psn"}), frozenset(), shared=False)
    slow = replace(case("speed", ok(7), ok(8), model="psn"), name="slow too", unit="seconds")
    canary_row, row = speed.judge(timed(canary, slow, impact=changed))
    assert (canary_row.model, canary_row.verdict) == ("lif", Outcome.INVALID)
    assert (row.model, row.verdict) == ("psn", Outcome.FAIL)


def test_unchanged_code_alone_is_not_confirmed() -> None:
    canary = replace(case("speed", ok(7), ok(8)), name="slow", unit="seconds")
    measured = timed(canary, impact=Impact(frozenset({"psn"}), frozenset(), shared=False))
    (row,) = speed.judge(measured)
    assert row.verdict is Outcome.UNDECIDED and len(measured.asked) == 1


def test_a_confirmation_ends_at_the_first_fail() -> None:
    measured = timed(replace(case("speed", ok(1), ok(2)), name="slow", unit="seconds"))
    (row,) = speed.judge(measured)
    assert measured.rounds == 10 and "over 10 rounds" in row.reason
    assert row.effects == pytest.approx([2.0, 3.0] * 5)


class Late(Timed):
    """A bench whose minutes are over after the screen, or before it."""

    screened = True

    def measure(self, names, rounds, *, fresh, stop=lambda pairs: False) -> dict[str, Pair]:
        late = fresh or not self.screened
        return {} if late else super().measure(names, rounds, fresh=fresh, stop=stop)


@pytest.mark.parametrize("screened", [True, False])
def test_what_was_not_confirmed_or_timed_in_time_is_undecided(screened: bool) -> None:
    slow = replace(case("speed", ok(7), ok(8)), name="slow", unit="seconds")
    late = Late({}, ALL, "gate", math.inf, cases=[slow])
    late.screened = screened
    (row,) = speed.judge(late)
    assert row.verdict is Outcome.UNDECIDED
    assert row.reason.startswith("looks slower, unconfirmed: +1" if screened else "not timed")


@pytest.mark.parametrize(("ends", "error"), [(0.0, OutOfTimeError), (math.inf, SideError)])
def test_no_answer_is_out_of_time_only_when_the_minutes_are_over(
    ends: float, error: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side, "LAST", 0.01)
    monkeypatch.setattr(side, "PATIENCE", 0.02)
    worker = Side("head", tmp_path, "gate", ends)
    with contextlib.closing(worker), pytest.raises(SideError, match="head gave no answer") as no:
        worker.receive()
    assert no.type is error


def test_a_side_that_is_out_of_time_ends_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured before counts; the row is not INVALID."""
    answers = iter([{"base": [1.0], "head": [2.0]}, OutOfTimeError("head gave no answer")])

    def alternate(_: str) -> dict[str, list[float]]:
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    measured = Bench({"base": Path(), "head": Path()}, ALL, "gate", math.inf)
    monkeypatch.setattr(measured, "alternate", alternate)
    pairs = measured.measure(["slow"], 5, fresh=False)
    assert pairs["slow"].log_ratios == pytest.approx([np.log(2)])


def test_a_round_that_is_late_counts_for_nothing() -> None:
    late = Bench({}, ALL, "gate", 0.0)
    assert late.over() and late.measure(["slow"], 5, fresh=False) == {}
    assert not bench().over(kept=1e9)

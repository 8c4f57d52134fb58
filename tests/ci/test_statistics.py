"""The statistics that may stop a pull request, by hand and on rounds that are known."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from ci.gate.statistics import (
    ALPHA,
    FIRST,
    IGNORED,
    LEVEL,
    Outcome,
    Pair,
    Sample,
    decide,
    hodges_lehmann,
    holm,
    judge,
    screen,
    settled,
    signed_rank,
)

Stop = Callable[[Mapping[str, Pair]], bool]


def pair(logs: np.ndarray) -> Pair:
    """A pair whose rounds have exactly these log-ratios."""
    head = np.exp(np.asarray(logs, float))[:, None]
    return Pair(Sample(np.ones_like(head)), Sample(head))


def test_if_the_surest_do_not_fail_all_candidates_are_confirmed() -> None:
    rounds = 0.01 * np.arange(-2, 3)
    screened = {f"b{i}": pair(0.5 - 0.01 * i + rounds) for i in range(20)}
    fresh = {n: pair(np.full(20, 0.3 if n == "b19" else 0.0)) for n in screened}
    asked: list[list[str]] = []

    def confirm(names: list[str], enough: Stop) -> dict[str, Pair]:
        asked.append(names)
        return {n: fresh[n] for n in names}

    verdicts = decide(screened, confirm)
    assert asked == [list(screened)[:FIRST], list(screened)[FIRST:]]
    assert {n for n, v in verdicts.items() if v.outcome is Outcome.FAIL} == {"b19"}
    assert verdicts["b19"].p == pytest.approx(20 * 2.0**-20), "Holm counts all twenty"


def test_confirmation_judges_the_fresh_rounds_alone() -> None:
    screened = {"a": pair(np.log([1.5, 1.6, 1.5, 1.6, 1.5]))}
    fresh = {"a": pair(np.linspace(-0.01, 0.01, 20))}
    confirmed: list[list[str]] = []

    def confirm(names: list[str], enough: Stop) -> dict[str, Pair]:
        confirmed.append(names)
        return fresh

    verdict = decide(screened, confirm)["a"]
    assert confirmed == [["a"]]
    assert verdict.outcome is Outcome.PASS
    assert verdict.ratio == pytest.approx(1.0, abs=1e-3)


def test_without_a_candidate_nothing_is_confirmed() -> None:
    quiet = {"a": pair(np.full(5, 0.001)), "b": pair(np.full(5, -0.2))}
    verdicts = decide(quiet, lambda names, enough: pytest.fail(f"confirmed {names}"))
    assert {v.outcome for v in verdicts.values()} == {Outcome.PASS}


def test_a_confirmation_ends_at_a_fail_or_when_none_looks_slower() -> None:
    slower, same = np.linspace(0.2, 0.3, 20), np.linspace(-0.01, 0.01, 20)

    def ends(candidates: int, *logs: np.ndarray) -> int:
        """The rounds after which it ends, of 20, with these pairs and as many candidates."""
        known = {f"c{i}": 1.0 for i in range(candidates)}
        for rounds in range(1, 20):
            if settled({f"c{i}": pair(log[:rounds]) for i, log in enumerate(logs)}, known):
                return rounds
        return 20

    assert ends(1, slower) == ends(2, slower, same) == 10
    assert ends(25, slower) == 10 and LEVEL > 25 * 2.0**-10
    assert ends(26, slower) == 20, "ten rounds cannot fail with so many candidates"
    assert ends(2, same, same) == 5
    assert ends(1, np.full(20, np.nan)) == 5, "it is INVALID"
    barely = np.where(np.arange(20) % 3 == 0, 0.0, 0.05)
    assert ends(1, barely) == 20


def test_the_interval_inverts_the_test() -> None:
    random = np.random.default_rng(0)
    for rounds in (5, 8, 20):
        for logs in random.normal(0.04, 0.05, (50, rounds)):
            _, lo, _ = hodges_lehmann(logs)
            assert (lo > np.log1p(IGNORED)) == (signed_rank(logs) <= ALPHA)


def test_hodges_lehmann_by_hand() -> None:
    centre, lo, hi = hodges_lehmann(np.array([0.0, 1.0, 2.0, 3.0, 10.0]))
    assert (centre, lo, hi) == (2.0, 0.0, 10.0)
    assert hodges_lehmann(np.zeros(4))[1:] == (-np.inf, np.inf), "four rounds bound nothing"


def test_signed_rank_by_hand() -> None:
    """Of the 32 signs of five rounds one is as extreme as all slower, equally slower or not."""
    for logs in ([0.1, 0.2, 0.3, 0.4, 0.5], [0.4] * 5):
        assert signed_rank(np.array(logs)) == pytest.approx(1 / 32)
    assert signed_rank(np.array([0.1, 0.2, 0.3, 0.4, -0.01])) == pytest.approx(2 / 32)


def test_holm_by_hand() -> None:
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert adjusted == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    broken = holm({"a": np.nan, "b": 0.01})
    assert broken["b"] == pytest.approx(0.02) and np.isnan(broken["a"])


def test_the_screen_by_hand() -> None:
    """Three benchmarks with variance v = 2.5e-4 and 4 degrees of freedom each.

    The typical variance is v 4 / 3.35669, by the median of chi-square with 4; the spread of a mean
    of five is sqrt((v + typical) / 2 / 5) = 0.0074023, and p = .10 is at 1.39682, by t with 8.
    """
    rounds = np.log1p(IGNORED) + 0.01 * np.arange(-2, 3)
    limit = 0.0074023 * 1.39682
    shifts = {"at once": 0.5, "just": 1.005 * limit, "not": 0.995 * limit}
    assert screen({n: pair(rounds + shift) for n, shift in shifts.items()}) == ["at once", "just"]
    assert screen({}) == []


def test_a_verdict_gives_its_evidence() -> None:
    logs = np.log([1.2, 1.3, 1.4, 1.3, 1.3, 1.3])
    for p, outcome in ((0.0249, Outcome.FAIL), (LEVEL, Outcome.UNDECIDED)):
        verdict = judge(pair(logs), p)
        assert (verdict.outcome, verdict.p) == (outcome, p)
        assert verdict.ratio == pytest.approx(1.3)
        assert np.log([verdict.lo, verdict.hi]) == pytest.approx(hodges_lehmann(logs)[1:])
    shown = judge(pair(logs), 0.0249).reason
    assert shown == "+30.0 % [+24.9 %, +34.9 %] over 6 rounds, p = 0.025"
    assert judge(pair(np.zeros(5))).reason == "+0.0 % [+0.0 %, +0.0 %] over 5 rounds"
    faster = judge(pair(np.log([0.9, 0.9, 0.9, 0.9, 0.9])))
    assert (faster.outcome, faster.p) == (Outcome.PASS, 1.0)
    assert (faster.ratio, faster.lo, faster.hi) == pytest.approx((0.9, 0.9, 0.9))


@pytest.mark.parametrize(("slower", "outcome"), [(1.049, "PASS"), (1.051, "UNDECIDED")])
def test_a_pass_rules_out_five_percent(slower: float, outcome: str) -> None:
    assert judge(pair(np.full(5, np.log(slower)))).outcome == outcome


def test_undecided_names_the_smallest_slowdown_it_could_have_seen() -> None:
    logs = np.random.default_rng(0).normal(0.05, 0.1, 20)
    verdict = judge(pair(logs))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason.endswith(
        f"; a slowdown under {100 * verdict.visible:.0f} % would go unseen"
    )
    wide = judge(pair(np.log([0.5, 1.0, 1.0, 1.0, 2.0])))
    assert wide.reason == (
        "+0.0 % [-50.0 %, +100.0 %] over 5 rounds; a slowdown under 104 % would go unseen"
    )
    at_its_limit = logs - np.log(verdict.ratio) + np.log1p(verdict.visible)
    assert signed_rank(at_its_limit + 1e-6) < ALPHA < signed_rank(at_its_limit - 1e-2)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
def test_a_timing_that_is_no_positive_number_is_invalid(bad: float) -> None:
    bursts = np.array([[1.0, 1.0]] * 4 + [[bad, bad]])
    broken = Pair(Sample(np.ones((5, 2))), Sample(bursts))
    verdicts = decide({"a": broken, "b": pair(np.zeros(5))}, lambda names, enough: {})
    invalid = verdicts["a"]
    assert (invalid.outcome, invalid.p) == (Outcome.INVALID, 1.0)
    assert invalid.reason == "a timing is not a number > 0"
    assert np.isnan([invalid.ratio, invalid.lo, invalid.hi]).all()
    assert verdicts["b"].outcome is Outcome.PASS


def test_a_broken_confirmation_is_invalid_and_hides_no_other() -> None:
    screened = {"a": pair(np.full(5, 0.4)), "b": pair(np.full(5, 0.4))}
    fresh = {"a": pair(np.full(20, np.nan)), "b": pair(np.linspace(0.3, 0.5, 20))}
    verdicts = decide(screened, lambda names, enough: fresh)
    assert verdicts["a"].outcome is Outcome.INVALID
    assert verdicts["b"].outcome is Outcome.FAIL

"""The statistics that may stop a pull request, on simulated machines whose truth is known."""

import numpy as np
import pytest

from ci.gate.statistics import (
    ALPHA,
    FIRST,
    IGNORED,
    Outcome,
    Pair,
    Sample,
    Verdict,
    decide,
    hodges_lehmann,
    holm,
    judge,
    screen,
    settled,
    signed_rank,
)


def pair(logs: np.ndarray) -> Pair:
    """A pair whose rounds have exactly these log-ratios."""
    head = np.exp(np.asarray(logs, float))[:, None]
    return Pair(Sample(np.ones_like(head)), Sample(head))


class Machine:
    """Draws heavy-tailed rounds; each benchmark has its own spread and its own true ratio."""

    def __init__(self, seed: int, benchmarks: int, spread: float, slower: dict[str, float]) -> None:
        self.random = np.random.default_rng(seed)
        names = [f"b{i}" for i in range(benchmarks)]
        self.spread = {n: spread * self.random.lognormal(0, 0.5) for n in names}
        self.centre = {n: np.log(slower.get(n, 1.0)) for n in names}

        self.confirmed = 0  # candidates

    def measure(self, names: list[str], rounds: int) -> dict[str, Pair]:
        noise = {n: self.spread[n] * self.random.standard_t(4, rounds) for n in names}
        return {n: pair(self.centre[n] + noise[n]) for n in names}

    def confirm(self, names: list[str]) -> dict[str, Pair]:
        self.confirmed += len(names)
        return self.measure(names, 20)

    def verdicts(self) -> dict[str, Verdict]:
        return decide(self.measure(list(self.spread), 5), self.confirm)

    def failures(self) -> set[str]:
        return {n for n, v in self.verdicts().items() if v.outcome is Outcome.FAIL}


NOISE = {"quiet": 0.01, "moderate": 0.03}  # the typical spread of a round's log-ratio


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["moderate", pytest.param("quiet", marks=pytest.mark.exhaustive)])
def test_error_rates_over_two_thousand_pull_requests(noise: str) -> None:
    """Seeds 0 to 1999; 200 benchmarks each. Half of them make one benchmark 10 % slower."""
    slowed = [Machine(seed, 200, NOISE[noise], {"b7": 1.1}).failures() for seed in range(1000)]
    same = [Machine(seed, 200, NOISE[noise], {}).failures() for seed in range(1000, 2000)]
    power, alarms = np.mean(["b7" in names for names in slowed]), np.mean([*map(bool, same)])
    print(f"{noise}: {alarms:.1%} false alarms, {power:.1%} of slowdowns by 10 % found")
    assert alarms <= 0.01 and power >= 0.9


@pytest.mark.slow
def test_a_noisy_machine_rarely_fails_a_pull_request() -> None:
    alarms = sum(bool(Machine(seed, 60, 0.05, {}).failures()) for seed in range(200))
    assert alarms <= 2, f"{alarms} of 200 unchanged pull requests failed"


@pytest.mark.slow
def test_a_slowdown_within_the_ignored_loss_rarely_fails() -> None:
    slower = {f"b{i}": 1 + IGNORED for i in range(60)}
    alarms = sum(bool(Machine(seed, 60, 0.03, slower).failures()) for seed in range(200))
    assert alarms <= 200 * ALPHA


def test_one_and_a_half_times_slower_is_found_and_only_that() -> None:
    found = [Machine(seed, 60, 0.05, {"b7": 1.5}).failures() for seed in range(100)]
    assert sum("b7" in names for names in found) >= 99
    assert sum(bool(names - {"b7"}) for names in found) <= 2


def test_a_slowdown_of_everything_is_found_in_the_surest_and_listed_for_the_others() -> None:
    machine = Machine(0, 20, 0.01, {f"b{i}": 1.3 for i in range(20)})
    verdicts = machine.verdicts().values()
    assert machine.confirmed == FIRST
    assert sum(verdict.outcome is Outcome.FAIL for verdict in verdicts) == FIRST
    others = [verdict for verdict in verdicts if verdict.outcome is not Outcome.FAIL]
    assert {verdict.outcome for verdict in others} == {Outcome.UNDECIDED}
    assert all(v.reason.startswith("looks slower, unconfirmed: +") for v in others)


def test_if_the_surest_do_not_fail_all_candidates_are_confirmed() -> None:
    rounds = 0.01 * np.arange(-2, 3)
    screened = {f"b{i}": pair(0.5 - 0.01 * i + rounds) for i in range(20)}
    fresh = {n: pair(np.full(20, 0.3 if n == "b19" else 0.0)) for n in screened}
    asked: list[list[str]] = []

    def confirm(names: list[str]) -> dict[str, Pair]:
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

    def confirm(names: list[str]) -> dict[str, Pair]:
        confirmed.append(names)
        return fresh

    verdict = decide(screened, confirm)["a"]
    assert confirmed == [["a"]]
    assert verdict.outcome is Outcome.PASS
    assert verdict.ratio == pytest.approx(1.0, abs=1e-3)


def test_without_a_candidate_nothing_is_confirmed() -> None:
    quiet = {"a": pair(np.full(5, 0.001)), "b": pair(np.full(5, -0.2))}
    verdicts = decide(quiet, lambda names: pytest.fail(f"confirmed {names}"))
    assert {v.outcome for v in verdicts.values()} == {Outcome.PASS}


@pytest.mark.slow
def test_a_confirmation_ends_early_only_where_the_whole_one_fails_nobody() -> None:
    random = np.random.default_rng(0)
    early = 0
    for logs in random.normal(np.log1p(IGNORED) + 0.02, 0.05, (200, 3, 20)):
        ends = next(
            k for k in range(21) if k == 20 or settled(dict(enumerate(map(pair, logs[:, :k]))), 20)
        )
        early += ends < 20
        for rounds in {ends, 20} if ends < 20 else ():
            assert min(holm([signed_rank(log[:rounds]) for log in logs])) >= ALPHA
    assert 20 < early < 180
    assert not settled({"a": pair(np.full(10, 0.3)), "b": pair(np.full(10, -0.3))}, 20)
    assert settled({"a": pair(np.full(12, np.nan)), "b": pair(np.full(12, -0.3))}, 20)


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
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


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
    for p, outcome in ((0.0499, Outcome.FAIL), (ALPHA, Outcome.UNDECIDED)):
        verdict = judge(pair(logs), p)
        assert (verdict.outcome, verdict.p) == (outcome, p)
        assert verdict.ratio == pytest.approx(1.3)
        assert np.log([verdict.lo, verdict.hi]) == pytest.approx(hodges_lehmann(logs)[1:])
    shown = judge(pair(logs), 0.0499).reason
    assert shown == "+30.0 % [+24.9 %, +34.9 %] over 6 rounds, p = 0.05"
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
    verdicts = decide({"a": broken, "b": pair(np.zeros(5))}, lambda names: {})
    invalid = verdicts["a"]
    assert (invalid.outcome, invalid.p) == (Outcome.INVALID, 1.0)
    assert invalid.reason == "a timing is not a number > 0"
    assert np.isnan([invalid.ratio, invalid.lo, invalid.hi]).all()
    assert verdicts["b"].outcome is Outcome.PASS


def test_a_broken_confirmation_is_invalid_and_hides_no_other() -> None:
    screened = {"a": pair(np.full(5, 0.4)), "b": pair(np.full(5, 0.4))}
    fresh = {"a": pair(np.full(20, np.nan)), "b": pair(np.linspace(0.3, 0.5, 20))}
    verdicts = decide(screened, lambda names: fresh)
    assert verdicts["a"].outcome is Outcome.INVALID
    assert verdicts["b"].outcome is Outcome.FAIL

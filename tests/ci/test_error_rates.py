"""How often the gate is wrong, on simulated machines whose truth is known."""

import numpy as np
import pytest

from ci.gate.statistics import (
    ALPHA,
    DECIDING,
    FEWEST,
    FIRST,
    IGNORED,
    Outcome,
    Pair,
    Verdict,
    decide,
)
from tests.ci.test_statistics import Stop, pair


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

    def confirm(self, names: list[str], enough: Stop) -> dict[str, Pair]:
        self.confirmed += len(names)
        logs = {name: pair.log_ratios for name, pair in self.measure(names, max(DECIDING)).items()}
        for rounds in range(FEWEST, max(DECIDING) + 1):
            pairs = {name: pair(logs[name][:rounds]) for name in names}
            if enough(pairs):
                break
        return pairs

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

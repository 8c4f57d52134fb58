"""The rule on accuracy: single looks, and its error rates over simulated pull requests."""

import math

import numpy as np
import pytest

from ci.gate.accuracy import LOOKS, look
from ci.gate.bench import Bench
from ci.gate.rules import accuracy
from ci.gate.statistics import Outcome
from tests.ci.test_rules import ALL, case, ok

MARGIN, SPREAD, PULL_REQUESTS = 2.0, 1.0, 2000


@pytest.mark.parametrize(
    ("gains", "outcome"),
    [
        ([0.0, 0.0, 0.0], Outcome.PASS),
        ([0.1, -0.1, 0.0], Outcome.PASS),
        ([-3.0, -3.1, -2.9], Outcome.FAIL),
        ([-0.5, -0.5, -0.5], Outcome.PASS),  # below the margin
        ([-3.0, 1.0, -1.0], Outcome.UNDECIDED),
        ([5.0, 4.0, 6.0], Outcome.PASS),
    ],
)
def test_a_look(gains: list[float], outcome: Outcome) -> None:
    assert look(gains, MARGIN).outcome is outcome


def outcomes(loss: float) -> tuple[dict[Outcome, float], float]:
    """Return the share of each outcome of simulated pull requests, and their mean seeds."""
    random, found, seeds = np.random.default_rng(0), [], []
    for _ in range(PULL_REQUESTS):
        gains = random.normal(-loss, SPREAD, LOOKS[-1])
        for count in LOOKS:
            outcome = look(gains[:count].tolist(), MARGIN).outcome
            if outcome is not Outcome.UNDECIDED:
                break
        found.append(outcome)
        seeds.append(count)
    return {o: found.count(o) / PULL_REQUESTS for o in set(found)}, float(np.mean(seeds))


def test_false_alarms_and_power_are_those_of_the_documentation() -> None:
    """Differences of seed pairs with a spread of 1 point, margin 2 points; seed 0."""
    unchanged, _ = outcomes(0.0)
    lost, seeds = outcomes(2.0)
    assert unchanged.get(Outcome.FAIL, 0.0) <= 0.03
    assert lost[Outcome.FAIL] >= 0.95
    assert seeds < 7


def test_a_training_that_fails_on_both_sides_is_not_the_heads_fault(monkeypatch) -> None:
    lost = {"failure": "FileNotFoundError: digits.npz"}
    bench = Bench({}, ALL, "gate", math.inf, cases=[case("counter", ok(1), ok(1))])
    monkeypatch.setattr(accuracy, "moved", lambda bench, model: ["spikes"])
    monkeypatch.setattr(bench, "train", lambda model, task, seed: {"base": lost, "head": lost})
    rows = list(accuracy.judge(bench))
    assert {row.verdict for row in rows} == {Outcome.INVALID}
    assert {row.reason for row in rows} == {f"training failed on both: {lost['failure']}"}

"""Which changes are found in series of values, and what `python -m reports regressions` prints."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest

from reports import changes, units
from reports.__main__ import main
from reports.changes import CREEP, JUMP, Change, Series, find
from tests.reports import synthetic

COMMITS, EACH = 200, 20
Planted = dict[int, tuple[str, int, float]]  # by number of the series: kind, position, log-ratio


def planted(seed: int, correlation: float = 0.0) -> tuple[dict[int, Series], Planted]:
    """Return 20 series with a jump of 5 to 20 %, 20 that creep by 15 %, and 20 unchanged ones.

    Each has a noise of 1 to 3 %, and 1 % of the values are outliers; jumps may be improvements.
    """
    random = np.random.default_rng(seed)
    series, truth = {}, Planted()
    for number in range(3 * EACH):
        noise = random.uniform(0.01, 0.03) * random.normal(size=COMMITS)
        for now in range(1, COMMITS):
            fresh = math.sqrt(1 - correlation**2) * noise[now]
            noise[now] = correlation * noise[now - 1] + fresh
        y = math.log(10 ** random.uniform(-6, 0)) + noise
        y += (random.random(COMMITS) < 0.01) * random.uniform(0.1, 0.5, COMMITS)
        if number < EACH:
            position = int(random.integers(20, COMMITS - 20))
            size = math.log1p(random.uniform(0.05, 0.2)) * random.choice([1, -1])
            y[position:] += size
            truth[number] = (JUMP, position, size)
        elif number < 2 * EACH:
            y += np.linspace(0, math.log(1.15), COMMITS)
            truth[number] = (CREEP, COMMITS - 1, math.log(1.15))
        series[number] = Series(np.exp(y))
    return series, truth


def is_planted(change: Change, truth: tuple[str, int, float] | None) -> bool:
    """Return whether a change has the planted kind, direction and commit, give or take two."""
    if truth is None:
        return False
    kind, position, size = truth
    same = change.kind == kind and (change.new > change.old) == (size > 0)
    return same and abs(change.position - position) <= 2


def precision_and_recall(seeds: range, correlation: float = 0.0) -> tuple[float, float]:
    right = wrong = hit = total = 0
    for seed in seeds:
        series, truth = planted(seed, correlation)
        found = find(series)
        for number, some in found.items():
            matches = [is_planted(change, truth.get(number)) for change in some]
            right, wrong, hit = (
                right + sum(matches),
                wrong + len(matches) - sum(matches),
                hit + any(matches),
            )
        total += len(truth)
    return right / (right + wrong), hit / total


def test_planted_changes_are_found_at_their_commit_and_little_else() -> None:
    """docs/gate.md has the figures of 30 seeds: 0.99 and 0.99."""
    precision, recall = precision_and_recall(range(5))
    assert precision > 0.95
    assert recall > 0.95

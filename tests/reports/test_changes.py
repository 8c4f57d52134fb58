"""Which changes are found in series of values, and what `python -m reports regressions` prints."""

from __future__ import annotations

import json
import math
import re
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
            truth[number] = (CREEP, COMMITS - changes.MINIMUM, math.log(1.15))
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
            matches = [bool(is_planted(change, truth.get(number))) for change in some]
            right += sum(matches)
            wrong += matches.count(False)
            hit += any(matches)
        total += len(truth)
    return right / (right + wrong), hit / total


def test_planted_changes_are_found_at_their_commit_and_little_else() -> None:
    """docs/gate.md has the figures of `precision_and_recall(range(30), correlation)`."""
    precision, recall = precision_and_recall(range(5))
    assert precision > 0.95
    assert recall > 0.95


def test_correlated_noise_is_not_taken_for_changes() -> None:
    precision, recall = precision_and_recall(range(5), correlation=0.3)
    assert precision > 0.85
    assert recall > 0.95


def test_noise_alone_is_not_reported() -> None:
    random = np.random.default_rng(0)
    for length in (3, 10, 30, COMMITS):
        values = np.exp(random.normal(0, 0.02, (200, length)))
        found = find({number: Series(value) for number, value in enumerate(values)})
        assert sum(map(len, found.values())) <= 1


def test_every_change_of_a_counter_is_found_once_it_lasts() -> None:
    counter = np.array([1000.0] * 20 + [1001.0] * changes.MINIMUM)
    (change,) = find({"": Series(counter, smallest=0.0)})[""]
    assert change[:2] == (JUMP, 20) and change.ratio == pytest.approx(1.001)
    assert find({"": Series(counter)}) == {"": []}  # a change of 0.1 % of a timing
    assert find({"": Series(counter[:-1], smallest=0.0)}) == {"": []}


@pytest.mark.parametrize("ratio", [1.5, 0.6, 1.001, 1.00001])
@pytest.mark.parametrize("old", [2e-3, 7.0, 1e6])
def test_a_jump_without_any_noise_is_found_wherever_it_is(ratio: float, old: float) -> None:
    """Rounding in the search counts more than noise that is not there."""
    for count, position in ((22, 10), (23, 11), (39, 7), (59, 53), (59, 30)):
        values = np.array([old] * position + [old * ratio] * (count - position))
        found = find({"": Series(values, smallest=0.0)})[""]
        assert [change[:2] for change in found] == [(JUMP, position)], (count, position)


def test_a_single_outlier_is_no_change() -> None:
    lone = np.array([40.0] * 20 + [80.0] + [40.0] * 20)
    assert find({"": Series(lone)}) == {"": []}


def test_a_change_from_zero_has_no_ratio() -> None:
    (change,) = find({"": Series(np.array([0.0] * 20 + [3.0] * 20))})[""]
    assert change[:4] == (JUMP, 20, 0.0, 3.0) and math.isnan(change.ratio)


def test_creep_counts_from_the_release_and_jumps_are_no_part_of_it() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, COMMITS)
    y = noise + np.r_[np.full(50, 0.3), np.zeros(50), np.linspace(0, 0.1, 100)]
    y[150:] += 0.2
    jump, creep = find({"": Series(np.exp(y), release=100)})[""][1:]
    assert jump.kind == JUMP and abs(jump.position - 150) <= 2
    assert jump.ratio == pytest.approx(math.exp(0.2), rel=0.02)
    assert creep.kind == CREEP and creep.position == COMMITS - changes.MINIMUM
    assert creep.ratio == pytest.approx(math.exp(0.1), rel=0.02)
    assert creep.old == pytest.approx(1, rel=0.02)


BENCHMARKS = {
    "lone.time_pass": {"params": {"shape": ["T=8"], "model": ["lif", "psn"]}},
    "lone.track_share": {"unit": "fraction", "direction": "higher"},
    "lone.track_loads": {"unit": "loads", "gate": "counter"},
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Change into a repository of 40 measured commits; return their hashes, the oldest first.

    At 20, psn becomes slower by half and the share rises; at 30, the loads grow by one. Commit 10
    is the release v1.0.0, after which lif creeps by 20 %.
    """
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    commits = _commits(tmp_path)
    for number, commit in enumerate(commits):
        values = {
            "lif": 0.001 * 1.2 ** (max(number - 10, 0) / 29) * math.exp(random.normal(0, 0.005)),
            "psn": (0.003 if number >= 20 else 0.002) + random.normal(0, 1e-6),
            "lone.track_share": 0.8 if number >= 20 else 0.5,
            "lone.track_loads": 101.0 if number >= 30 else 100.0,
        }
        synthetic.write(
            tmp_path / "results",
            BENCHMARKS,
            lambda name, values=values, model="", **_: values[model or name],
            commit=commit,
            date=1000 * (10**9 + number),
        )
    return commits


def _commits(repository: Path) -> list[str]:
    """Make 40 commits with a stream for `git fast-import`; return their hashes."""
    stream = ""
    for number in range(40):
        subject, identity = f"commit {number}", f"n <e> {10**9 + number} +0000"
        stream += f"commit refs/heads/main\ncommitter {identity}\ndata {len(subject)}\n{subject}\n"
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    subprocess.run(["git", "fast-import", "--quiet"], input=stream, text=True, check=True)
    log = ["git", "log", "--reverse", "--format=%H", "main"]
    commits = subprocess.run(log, capture_output=True, text=True, check=True).stdout.split()
    subprocess.run(["git", "tag", "v1.0.0", commits[10]], check=True)
    return commits


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["regressions", "--results", "results", *options]) == 0
    return capsys.readouterr().out.replace(units.THIN, " ")


def test_regressions_are_printed_the_worst_first(
    repository: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys)
    assert text.startswith("commits measured on box: 40; creep since v1.0.0\n")
    worse, better = text.split("better: 1")
    lines = worse.split("worse: 3\n")[1].strip().split("\n")[1:]
    cells = [line.split("  ") for line in lines]
    assert [cell[-1].strip() for cell in cells] == [
        "lone.time_pass(T=8, psn)",
        "lone.time_pass(T=8, lif)",
        "lone.track_loads()",
    ]
    places = [(JUMP, 20), (CREEP, 35), (JUMP, 30)]
    for line, (kind, number) in zip(lines, places, strict=True):
        assert kind in line and repository[number][:8] in line
    assert re.split("  +", lines[0])[:3] == ["1.50×", "2.00 ms", "3.00 ms"]
    assert "lone.track_share()" in better
    assert f"{repository[20][:8]}  commit 20\n" in better


def test_regressions_as_json_since_a_revision(
    repository: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    changed = json.loads(printed(capsys, "--json", "--since", repository[22]))
    assert [row["series"] for row in changed] == ["lone.time_pass(T=8, lif)", "lone.track_loads()"]
    assert [(row["before"], row["commit"]) for row in changed] == [
        (repository[22], repository[35]),
        (repository[29], repository[30]),
    ]
    assert changed[1]["old"] == pytest.approx(100) and changed[1]["loss"] is True


def test_an_unknown_revision_is_one_line(
    repository: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["regressions", "--results", "results", "--since", "v9"]) == 2
    assert capsys.readouterr().err == (
        "reports: no revision 'v9' here; give a branch, tag or hash of `git log`\n"
    )

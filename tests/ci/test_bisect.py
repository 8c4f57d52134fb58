"""The search for the commit at which a case became worse."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ci import bisect
from ci.gate.rows import Row
from ci.gate.statistics import Outcome
from tests.ci import planted

COMMITS = [f"commit {number}" for number in range(100)]
OPERATIONS = "toy.Toy.track_operations(lif, eager)"


@pytest.mark.parametrize("first", [0, 1, 50, 98, 99])
def test_the_first_bad_commit_is_found_in_few_questions(first: int) -> None:
    asked: list[str] = []

    def is_bad(commit: str) -> bool:
        asked.append(commit)
        return COMMITS.index(commit) >= first

    assert bisect.search(COMMITS, is_bad) == (COMMITS[first], [])
    assert len(asked) == len(set(asked)) <= 7


def test_skipped_commits_are_named_only_if_one_of_them_may_be_the_first() -> None:
    def is_bad(commit: str) -> bool | None:
        number = COMMITS.index(commit)
        return None if number in (40, 48, 49, 50) else number >= 51

    assert bisect.search(COMMITS, is_bad) == (COMMITS[51], COMMITS[48:51])
    assert bisect.search(COMMITS, lambda commit: None) == (COMMITS[99], COMMITS[:99])
    assert bisect.search(COMMITS[:1], is_bad) == (COMMITS[0], [])


def test_a_timing_that_the_gate_leaves_undecided_goes_to_the_nearer_side() -> None:
    def row(outcome: Outcome, ratio: float, rule: str = "speed") -> Row:
        return Row(rule, "b", "m", "", {}, "seconds", 1.0, ratio, ratio, outcome, "")

    worst = row(Outcome.FAIL, 1.21)
    assert bisect.is_worse(row(Outcome.UNDECIDED, 1.12), worst) is True
    assert bisect.is_worse(row(Outcome.UNDECIDED, 1.08), worst) is False
    assert bisect.is_worse(row(Outcome.FAIL, 1.08), worst) is True
    assert bisect.is_worse(row(Outcome.PASS, 1.5, "counters"), worst) is False
    assert bisect.is_worse(row(Outcome.INVALID, 1.5, "coverage"), worst) is None


# Of each commit after the first, what it plants; see `planted.PLANTED`.
HISTORY = {
    "note": {"README": ("", "no neurons/")},
    "plif": {"neurons/models/plif.py": ("40", "20 + 20")},
    "broken": {"neurons/__init__.py": ("import importlib", "import importlibb")},
    "more operations": {
        "neurons/__init__.py": ("import importlibb", "import importlib"),
        planted.LIF: ("40", "45"),
    },
    "slower": {planted.LIF: ("0.004", "0.02")},
    "another note": {"README": ("no", "still no")},
    "wrong": {planted.LIF: ("1e-8", "0.3")},
    "comment": {planted.LIF: ("import time", "import time  # the clock")},
}


@pytest.fixture(scope="module")
def history(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose commits have a planted change each, and a tag `start` before them."""
    repo = tmp_path_factory.mktemp("history") / "repository"
    shutil.copytree(repository, repo)
    planted.git(repo, "tag", "start", "main")
    for subject, changes in HISTORY.items():
        for name, change in changes.items():
            planted.plant(repo / name, change)
        planted.commit(repo, subject)
    return repo


def run(repo: Path, *arguments: str) -> int:
    return bisect.main([*arguments, "--repo", str(repo), "--suites", str(repo / "suites")])


@pytest.mark.slow
def test_the_commit_of_a_counter_is_found_and_one_that_does_not_run_is_skipped(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(history, OPERATIONS, "start", "main") == 0
    printed = capsys.readouterr()
    first, values, skipped = printed.out.splitlines()
    assert first.startswith("first bad commit: ") and first.endswith(" more operations")
    assert values.startswith(f"{OPERATIONS}: ") and "grew by" in values
    assert skipped.endswith(" broken")
    assert "skipped: " in printed.err and "note" not in printed.err
    assert planted.git(history, "worktree", "list").count("\n") == 0


@pytest.mark.slow
def test_the_commit_of_an_error_is_found(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(history, "toy.Toy.track_error(lif, eager)", "start", "main") == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(" wrong")


@pytest.mark.exhaustive
def test_the_commit_of_a_timing_is_found(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(history, "toy.Toy.time_forward(lif, eager)", "start", "main") == 0
    first, values = capsys.readouterr().out.splitlines()[:2]
    assert first.endswith(" slower") and "rounds, p = " in values


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "good", "bad", "message"),
    [
        (OPERATIONS, "start", "main~6", "main~6 is not worse than start: unchanged"),
        ("toy.track_operations(lif)", "start", "main", f"did you mean '{OPERATIONS}' or "),
        ("toy.Toy.track_error(lif, eager)", "main~1", "main", "main~1 fails too: beyond the tol"),
        (OPERATIONS, "start", "main~5", "main~5 cannot be judged beside start: head cannot import"),
    ],
)
def test_what_cannot_be_searched_is_one_line(
    history: Path, case: str, good: str, bad: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(history, case, good, bad) == 2
    error = capsys.readouterr().err.split("bisect: ")[-1]
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("main", "start", "is no ancestor of"),
        ("start", "main~7", "have the same neurons/"),
        ("start", "nowhere", "no revision 'nowhere'"),
    ],
)
def test_revisions_between_which_there_is_nothing(
    history: Path, good: str, bad: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(history, OPERATIONS, good, bad) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1

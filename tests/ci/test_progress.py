"""What `ci.measure` shows while asv runs."""

import re
from collections import UserDict
from typing import Any

import pytest
from asv import runner
from asv.commands import run
from asv.util import TIMEOUT_RETCODE

from ci.plugins import progress


class Selected(UserDict):
    """Benchmarks as `asv run` has them, with the cases that are selected."""

    @property
    def benchmark_selection(self) -> dict[str, list[int] | None]:
        return {"speed.A.time_a": [0, 1], "memory.B.track_b": None}


BENCHMARKS = Selected(
    {
        "speed.A.time_a": {"params": [["'lif'", "'psn'", "'dsn'"]], "rounds": 2},
        "memory.B.track_b": {"params": []},
    }
)
RIGHT, WRONG = ("", 0), ("a traceback\nValueError: no\n\n", 1)


class Spawner:
    """asv's launcher of processes, with the output and the status of each."""

    def __init__(self) -> None:
        self.outputs = iter([RIGHT, WRONG, RIGHT, WRONG, ("", TIMEOUT_RETCODE)])

    def run(self, name: str, timeout: float) -> tuple[str, int]:
        return next(self.outputs)


@pytest.fixture
def shown(monkeypatch, capsys) -> list[str]:
    """The lines shown for both benchmarks, with two rounds of the first."""

    def run_all(benchmarks: Any, environment: Any) -> str:
        spawner = runner.get_spawner(environment, "suites", launch_method="spawn")
        for index in (0, 1, 0, 1):
            spawner.run(name=f"speed.A.time_a-{index}", timeout=1)
        spawner.run(name="memory.B.track_b", timeout=1)
        return "results"

    monkeypatch.setattr(progress, "_run_benchmarks", run_all)
    monkeypatch.setattr(runner, "get_spawner", lambda *_, **__: Spawner())
    usual = runner.get_spawner
    assert progress.run_benchmarks(BENCHMARKS, "environment") == "results"
    assert runner.get_spawner is usual
    output = capsys.readouterr()
    assert output.out == "", "that is asv's own output"
    return [line.strip() for line in re.split(r"[\r\n]", output.err) if line.strip()]


def test_a_suite_has_one_line(shown: list[str]) -> None:
    lines = [re.sub(r"\s+", " ", line) for line in shown if re.match(r"(speed|memory) ", line)]
    assert lines == ["speed 4 cases 0 s, about 0 s left", "memory 1 cases 0 s"]


def test_a_failure_has_one_line_for_all_rounds(shown: list[str]) -> None:
    assert [line for line in shown if line.startswith("FAILED")] == [
        "FAILED speed.A.time_a('psn'): ValueError: no",
        "FAILED memory.B.track_b: took too long",
    ]


def test_a_plain_asv_run_is_unchanged(monkeypatch) -> None:
    usual = run.run_benchmarks
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    progress.setup()
    assert run.run_benchmarks is usual
    monkeypatch.setattr(run, "run_benchmarks", usual)
    monkeypatch.setenv(progress.VARIABLE, "1")
    progress.setup()
    assert run.run_benchmarks is progress.run_benchmarks

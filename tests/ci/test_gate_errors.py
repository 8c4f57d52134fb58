"""The gate from end to end: sides that cannot be measured, usage errors, interruptions."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ci.gate import __main__ as gate
from ci.gate import side
from tests.ci.planted import RunGate, git

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("crash",), "ValueError: shape mismatch (lif.py:"),
        (("not-finite",), "returned nan"),
        (("exit",), "head worker ended with code 7 at toy.Toy.time_forward(lif, eager)"),
        (("broken",), "head cannot import: ModuleNotFoundError"),
        (("same", "--base", "broken"), "base cannot import: ModuleNotFoundError"),
        (("same", "--full", "--minimum", "50"), "50 benchmarks must run on both sides, 6 did"),
    ],
)
def test_what_cannot_be_measured_is_invalid(
    run_gate: RunGate, words: tuple[str, ...], named: str
) -> None:
    code, result, text = run_gate(*words)
    assert code == 3
    assert result["verdict"] == "INVALID"
    assert named in text


def test_a_side_that_hangs_is_invalid(run_gate: RunGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side, "PATIENCE", 5.0)
    code, _, text = run_gate("hang")
    assert code == 3
    assert "head gave no answer in 5 s at toy.Toy.time_forward(lif, eager)" in text


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--head", "no-such-branch"], "no revision 'no-such-branch'"),
        (["--base", "no-such-branch"], "no revision 'no-such-branch'"),
        (["--suites", "no-such-folder"], "no suites package at no-such-folder"),
        (["--repo", "no-such-folder"], "no-such-folder"),
        (["--head", "bad-waivers"], "ci/waivers.toml: "),
        (["--full", "--profile", "fast"], "SPIKEBENCH_PROFILE='fast' is not one of gate"),
    ],
)
def test_a_usage_error_is_one_line(
    repository: Path, words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--repo", str(repository), "--suites", str(repository / "suites"), "--head", "main"]
    assert gate.main(folders + words) == 2
    output = capsys.readouterr()
    assert named in output.err and output.err.count("\n") == 1
    assert output.out == ""


MOMENTS = [pytest.param(n, marks=[pytest.mark.exhaustive] * (n > 2)) for n in range(10)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_ended_at_any_moment_leaves_nothing_behind(
    repository: Path, tmp_path: Path, moment: int
) -> None:
    """Ended by Ctrl-C, by a cancelled job, or killed: then the next run cleans up behind it."""
    number = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[moment % 3]
    scratch, output = tmp_path / "scratch", tmp_path / "output"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "ci.gate", "--full", "--repo", repository, "-o", output]
    command += ["--suites", repository / "suites", "--minimum", 1]
    root = Path(gate.__file__).parents[2]
    running = subprocess.Popen(
        [*map(str, command), "--head", "main"],
        cwd=root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_it_started(scratch)
    time.sleep(random.Random(moment).uniform(0, 5))
    running.send_signal(number)
    ended = running.wait(timeout=60)
    assert ended in (0, -number, 128 + number), "0: it was over before"
    if number is signal.SIGKILL:
        wait_until_it_is_empty_of_processes(scratch)
        subprocess.run(
            [*map(str, command), "--head", "same"], cwd=root, env=environment, check=True
        )
    assert processes(scratch) == [] and list(scratch.iterdir()) == []
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    files = {path.name for path in output.iterdir()} if output.exists() else set()
    assert files in (set(), {"gate.md", "gate.json", "gate.xml", "gate.html"})


def wait_until_it_started(scratch: Path) -> None:
    """Wait until the gate has made its folder: before, nothing can be left behind."""
    while not list(scratch.iterdir()):
        time.sleep(0.02)


def wait_until_it_is_empty_of_processes(scratch: Path) -> None:
    """Wait until the workers have noticed that the gate is gone."""
    patience = time.monotonic() + 30
    while processes(scratch) and time.monotonic() < patience:
        time.sleep(0.1)


def processes(folder: Path) -> list[str]:
    """Return the processes whose working directory is inside a folder."""
    inside = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if str(link.readlink()).startswith(str(folder)):
                inside.append(link.parent.name)
    return inside

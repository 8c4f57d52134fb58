"""The gate from end to end: sides that cannot be measured, usage errors, interruptions."""

import os
import signal
import subprocess
import sys
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


@pytest.mark.parametrize("interruption", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(
    repository: Path, tmp_path: Path, interruption: signal.Signals
) -> None:
    folders = ["--repo", repository, "--suites", repository / "suites", "--head", "main"]
    with subprocess.Popen(
        [sys.executable, "-m", "ci.gate", "--full", *folders],
        cwd=Path(gate.__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr
        characters = iter(lambda: running.stderr.read(1), "")
        shown = ""
        while "screen" not in shown:
            shown += next(characters)
        running.send_signal(interruption)
        assert running.wait(timeout=60) == 128 + interruption
    assert list(tmp_path.iterdir()) == []
    assert git(repository, "worktree", "list").count("\n") == 0

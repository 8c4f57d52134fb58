"""The gate from end to end: sides that cannot be measured, usage errors, interruptions."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ci.gate import __main__ as gate
from ci.gate import side
from tests.ci.planted import RunGate, commit, git, write

pytestmark = pytest.mark.slow

ROOT = Path(gate.__file__).parents[2]


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
        (["--repo", "no-such-folder"], "no-such-folder is no git repository; name one by --repo"),
        (["--base", ""], "no revision ''"),
        (["--minutes", "0"], "argument --minutes: '0' is no number above 0"),
        (["--minutes", "nan"], "argument --minutes: 'nan' is no number above 0"),
        (["--minimum", "x"], "argument --minimum: 'x' is no whole number above 0"),
        (["--bse", "main"], "unrecognized arguments: --bse main; `python -m ci.gate --help` lists"),
        (["-o", "/dev/null/gate"], "argument -o/--output: cannot make /dev/null/gate: Not a dir"),
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


FIRST_CALL = """
import subprocess
import sys


def by_backend(model):
    program = "import pathlib, time; pathlib.Path('called').touch(); time.sleep(0.5)"
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
    return {"cpu": 1.0}
"""


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["wave"], "no command 'wave'; did you mean 'waive'? known: waive, selftest, calibrate"),
        (["main"], "no command 'main'; known: waive, selftest, calibrate; or options alone"),
        (["waive"], "the following arguments are required: ROW, --ceiling"),
        (["calibrate", "-o", "x.json", "--runs", "0"], "'0' is no whole number above 0"),
        (["calibrate", "-o", "."], "argument -o/--output: . is a folder; name a file in it"),
        (["calibrate", "-o", "x.json", "--repo", "."], ". is no git repository"),
        (["selftest", "-o", "/dev/null/x"], "argument -o/--output: cannot make /dev/null"),
        (["selftest", "--repo", "."], ". is no git repository"),
    ],
)
def test_a_usage_error_of_a_command_is_one_line(
    words: list[str], named: str, tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert gate.main(words) == 2
    output = capsys.readouterr()
    assert named in output.err and output.err.count("\n") == 1
    assert output.out == "" and list(tmp_path.iterdir()) == []


def test_changes_that_are_not_committed_are_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write(tmp_path / "neurons/models/lif.py", "")
    write(tmp_path / "docs/page.md", "")
    commit(tmp_path, "main")
    write(tmp_path / "docs/page.md", "a page may differ")
    assert gate.main(["--repo", str(tmp_path)]) == 0
    capsys.readouterr()
    write(tmp_path / "neurons/models/plif.py", "")
    assert gate.main(["--repo", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert f"neurons/ in {tmp_path} has changes that are not committed" in error
    assert error.count("\n") == 1
    assert gate.main(["--repo", str(tmp_path), "--head", "main"]) == 0


class Interruptions:
    """Runs of the gate that are ended before they are over, in a folder of their own."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.repository, self.scratch, self.output = repository, folder / "tmp", folder / "output"
        self.scratch.mkdir()
        self.suites = folder / "suites"
        shutil.copytree(repository / "suites", self.suites)
        write(self.suites / "calls/__init__.py", "")
        write(self.suites / "calls/first_call.py", FIRST_CALL)

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """Start the gate and return its process."""
        folders = ["--repo", self.repository, "--suites", self.suites, "-o", self.output]
        return subprocess.Popen(
            [sys.executable, "-m", "ci.gate", *map(str, folders), "--minimum", "1", *options],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, number: signal.Signals | None, wait: Callable[[], object]) -> tuple[int, float]:
        """Start the gate, wait, send a signal; return the exit status and the seconds it took.

        They count from when the gate has made its folder: before, nothing can be left behind.
        """
        running = self.start("--full", "--head", "main")
        wait_until(lambda: list(self.scratch.iterdir()))
        started = time.monotonic()
        wait()
        if number:
            running.send_signal(number)
        return running.wait(timeout=60), time.monotonic() - started

    def processes(self) -> list[str]:
        """Return the processes whose working directory is inside the folder."""
        inside = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if str(link.readlink()).startswith(str(self.scratch)):
                    inside.append(link.parent.name)
        return inside

    def check_that_nothing_is_left(self, number: signal.Signals) -> None:
        """Assert that no process, folder, worktree or part of a report is left.

        Behind a run that was killed, the workers end by themselves and the next run cleans up.
        """
        if number is signal.SIGKILL:
            wait_until(lambda: not self.processes())
            assert self.start("--head", "same").wait(timeout=60) == 0
        assert self.processes() == [] and list(self.scratch.iterdir()) == []
        assert len(git(self.repository, "worktree", "list").splitlines()) == 1
        files = {path.name for path in self.output.iterdir()} if self.output.exists() else set()
        assert files in (set(), {"gate.md", "gate.json", "gate.xml", "gate.html"})


@pytest.fixture
def interruptions(repository: Path, tmp_path: Path) -> Interruptions:
    return Interruptions(repository, tmp_path)


@pytest.fixture(scope="module")
def whole_run(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """The seconds of a run that nothing ends before it is over."""
    status, seconds = Interruptions(repository, tmp_path_factory.mktemp("whole")).run(None, int)
    assert status == 0
    return seconds


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)  # Ctrl-C, a cancelled job, killed
MOMENTS = [pytest.param(n, marks=[pytest.mark.exhaustive] * (n > 1)) for n in range(10)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_ended_at_any_moment_leaves_nothing_behind(
    interruptions: Interruptions, whole_run: float, moment: int
) -> None:
    number = ENDINGS[moment % len(ENDINGS)]
    seconds = random.Random(moment).uniform(0, 0.9) * whole_run
    ended = 0
    while ended == 0:  # it was over before
        ended, _ = interruptions.run(number, partial(time.sleep, seconds))
        seconds *= 0.8
    assert ended == (-number if number is signal.SIGKILL else 128 + number)
    interruptions.check_that_nothing_is_left(number)


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, marks=pytest.mark.exhaustive), *ENDINGS[1:]]
)
def test_a_run_ended_while_a_worker_waits_for_a_process_leaves_nothing_behind(
    interruptions: Interruptions, number: signal.Signals
) -> None:
    def called() -> None:
        wait_until(lambda: list(interruptions.scratch.glob("**/called")))
        assert len(interruptions.processes()) == 4, "two workers, each with a process"

    ended, _ = interruptions.run(number, called)
    assert ended == (-number if number is signal.SIGKILL else 128 + number)
    interruptions.check_that_nothing_is_left(number)


def wait_until(condition: Callable[[], object], patience: float = 30.0) -> None:
    """Wait until a condition holds, for some seconds at most."""
    late = time.monotonic() + patience
    while not condition() and time.monotonic() < late:
        time.sleep(0.02)
    assert condition()

"""The gate end to end, on a sandbox repository whose `neurons` burn time instead of computing."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ci.gate import __main__ as gate
from ci.gate import side
from ci.gate.rules import every_rule
from reports.units import quantity

PACKAGE = """
import importlib

print("a library that prints must not disturb the protocol")


def model(name):
    return importlib.import_module(f"neurons.models.{name}")
"""

MODEL = """
import time

SECONDS, OPERATIONS, ERROR = 0.004, 40, 1e-8


def run():
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        pass
"""

SUITE = """
import neurons


class Toy:
    params = [["lif", "plif", "dsn"], ["eager", "elsewhere"]]
    param_names = ["model", "backend"]

    def setup(self, model, backend):
        assert backend == "eager", "another library's neuron is not ours to gate"
        try:
            self.model = neurons.model(model)
        except ModuleNotFoundError:
            raise NotImplementedError(f"this revision has no {model}") from None

    def time_forward(self, model, backend):
        self.model.run()

    def track_operations(self, model, backend):
        return self.model.OPERATIONS

    def track_error(self, model, backend):
        return self.model.ERROR

    def track_accuracy(self, model, backend):
        raise AssertionError("a track without a gate attribute must not run")

    track_operations.gate, track_operations.unit = "counter", "operations/step"
    track_error.gate, track_error.tolerance = "numerics", {"eager": 1e-6, "elsewhere": 1}
"""

CASES = """
import os

profile = os.environ["SPIKEBENCH_PROFILE"]
if profile != "gate":
    raise SystemExit(f"SPIKEBENCH_PROFILE={profile!r} is not one of gate")


def gated(benchmark, params):
    return params["backend"] != "elsewhere"
"""

LIF = "neurons/models/lif.py"
# What each branch plants: file -> text to replace -> replacement (None deletes the file).
PLANTED = {
    "same": {"README": ("", "a commit that touches no model")},
    "slow": {LIF: ("0.004", "0.008")},
    "slow-below-the-floor": {LIF: ("0.004", "0.00402")},
    "operations": {LIF: ("40", "45")},
    "fewer-operations": {LIF: ("40", "35")},
    "wrong": {LIF: ("1e-8", "0.3")},
    "not-finite": {LIF: ("1e-8", "float('nan')")},
    "crash": {LIF: ("end =", "raise ValueError('shape\\nmismatch')\n    end =")},
    "exit": {LIF: ("end =", "import os; os._exit(7)\n    end =")},
    "hang": {LIF: ("end =", "time.sleep(60)\n    end =")},
    "broken": {"neurons/__init__.py": ("import importlib", "import importlibb")},
    "lacking": {LIF: None},
    "new": {"neurons/models/dsn.py": ("", MODEL)},
    "new-and-wrong": {"neurons/models/dsn.py": ("", MODEL.replace("1e-8", "0.3"))},
}

Run = Callable[..., tuple[int, dict, str]]


def git(repo: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(["git", "-C", repo, *identity, *words], check=True, capture_output=True)
    return done.stdout.decode().strip()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a good main and one branch per planted change."""
    repo = tmp_path_factory.mktemp("sandbox")
    git(repo, "init", "--quiet", "--initial-branch=main")
    write(repo / "neurons/__init__.py", PACKAGE)
    write(repo / "neurons/models/lif.py", MODEL)
    write(repo / "neurons/models/plif.py", MODEL)
    write(repo / "suites/__init__.py", "")
    write(repo / "suites/cases.py", CASES)
    write(repo / "suites/toy.py", SUITE)
    commit(repo, "main")
    for branch, changes in PLANTED.items():
        git(repo, "switch", "--quiet", "--create", branch, "main")
        for name, change in changes.items():
            plant(repo / name, change)
        commit(repo, branch)
    git(repo, "switch", "--quiet", "main")
    return repo


def plant(path: Path, change: tuple[str, str] | None) -> None:
    if change is None:
        path.unlink()
    elif path.exists():
        assert change[0] in path.read_text()
        write(path, path.read_text().replace(*change))
    else:
        write(path, change[1])


def commit(repo: Path, message: str) -> None:
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", message)


@pytest.fixture
def run(sandbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the gate as the command line would: exit code, gate.json, gate.md."""

    def call(head: str, *more: str) -> tuple[int, dict, str]:
        where = ["--repo", str(sandbox), "--suites", str(sandbox / "suites"), "-o", str(tmp_path)]
        code = gate.main([*where, "--head", head, "--minimum", "5", *more])
        text = (tmp_path / "gate.md").read_text()
        assert capsys.readouterr().out.strip() == text.strip()
        assert git(sandbox, "worktree", "list").count("\n") == 0, "a worktree was left behind"
        return code, json.loads((tmp_path / "gate.json").read_text()), text

    return call


def verdicts(result: dict, metric: str) -> dict[str, str]:
    return {row["model"]: row["verdict"] for row in result["rows"] if row["metric"] == metric}


def test_an_unchanged_package_passes(run: Run) -> None:
    code, result, text = run("same")
    assert code == 0, text
    assert verdicts(result, "operations") == {"lif": "PASS", "plif": "PASS", "dsn": "N/A"}
    assert {row["params"]["backend"] for row in result["rows"]} == {"eager"}
    assert not {row["metric"] for row in result["rows"]} - {"forward", "operations", "error"}
    for row in result["rows"]:
        assert row["reason"] and "\n" not in row["reason"]


@pytest.mark.slow
def test_a_slower_model_fails_and_is_named(run: Run) -> None:
    code, result, text = run("slow")
    assert code == 1, text
    assert result["headline"] == "FAIL: lif"
    assert verdicts(result, "forward")["lif"] == "FAIL"
    assert verdicts(result, "forward")["plif"] != "FAIL"
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert row["ratio"] > 1  # how much is for the machine to say: it may be busy
    assert row["unit"] == "seconds" and row["base"] < row["head"]
    assert result["rows"][0] == row, "worst first"


def test_a_slowdown_below_the_floor_passes(run: Run) -> None:
    assert run("slow-below-the-floor")[0] == 0


def test_a_worse_counter_fails_and_is_named(run: Run) -> None:
    code, result, text = run("operations")
    assert (code, result["headline"]) == (1, "FAIL: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert (row["rule"], row["base"], row["head"]) == ("counters", 40, 45)
    assert f"| grew by {quantity(5, 'operations/step')} |" in text


def test_a_better_counter_passes_and_proposes_itself(run: Run) -> None:
    code, _, text = run("fewer-operations")
    assert code == 0
    assert f"new baseline: {quantity(35, 'operations/step')}" in text


def test_an_error_beyond_tolerance_fails_and_is_named(run: Run) -> None:
    code, result, _ = run("wrong")
    assert (code, result["headline"]) == (1, "FAIL: lif")
    (row,) = [row for row in result["rows"] if row["verdict"] == "FAIL"]
    assert (row["rule"], row["base"], row["head"]) == ("numerics", 1e-8, 0.3)


def test_a_new_model_is_shown_and_not_compared(run: Run) -> None:
    code, result, _ = run("new")
    assert code == 0
    assert verdicts(result, "forward")["dsn"] == "NEW"


def test_a_new_model_is_held_to_the_numerics(run: Run) -> None:
    code, result, _ = run("new-and-wrong")
    assert (code, result["headline"]) == (1, "FAIL: dsn")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("lacking",), "this revision has no lif"),
        (("crash",), "ValueError: shape mismatch (lif.py:"),
        (("not-finite",), "returned nan"),
        (("exit",), "head worker ended with code 7 at toy.Toy.time_forward(lif, eager)"),
        (("broken",), "head cannot import: ModuleNotFoundError"),
        (("same", "--base", "broken"), "base cannot import: ModuleNotFoundError"),
        (("same", "--minimum", "50"), "50 benchmarks must run on both sides, 6 did"),
    ],
)
def test_what_cannot_be_measured_is_invalid(run: Run, words: tuple[str, ...], named: str) -> None:
    code, result, text = run(*words)
    assert code == 3
    assert result["verdict"] == "INVALID"
    assert named in text


def test_a_side_that_hangs_is_invalid(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side, "PATIENCE", 5.0)
    code, _, text = run("hang")
    assert code == 3
    assert "head gave no answer in 5 s at toy.Toy.time_forward(lif, eager)" in text


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--head", "no-such-branch"], "no revision 'no-such-branch'"),
        (["--base", "no-such-branch"], "no revision 'no-such-branch'"),
        (["--suites", "no-such-folder"], "no suites package at no-such-folder"),
        (["--repo", "no-such-folder"], "no-such-folder"),
        (["--profile", "fast"], "SPIKEBENCH_PROFILE='fast' is not one of gate"),
    ],
)
def test_a_usage_error_is_one_line(
    sandbox: Path, words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--repo", str(sandbox), "--suites", str(sandbox / "suites"), "--head", "main"]
    assert gate.main(where + words) == 2
    said = capsys.readouterr()
    assert named in said.err and said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(
    sandbox: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    where = ["--repo", sandbox, "--suites", sandbox / "suites", "--head", "main"]
    with subprocess.Popen(
        [sys.executable, "-m", "ci.gate", *where],
        cwd=Path(gate.__file__).parents[1],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr
        said = iter(lambda: running.stderr.read(1), "")
        shown = ""
        while "screen" not in shown:
            shown += next(said)
        running.send_signal(sent)
        assert running.wait(timeout=60) == 128 + sent
    assert list(tmp_path.iterdir()) == []
    assert git(sandbox, "worktree", "list").count("\n") == 0


def test_rules_are_the_files_of_their_folder() -> None:
    files = {path.stem for path in Path(gate.__file__).parent.glob("rules/[a-z]*.py")}
    rules = every_rule()
    assert {rule.__name__.rpartition(".")[2] for rule in rules} == files
    for rule in rules:
        assert re.match(r"\w+: .+\.$", (rule.__doc__ or "").split("\n")[0])
        assert callable(rule.judge)

"""asv over a small history: a commit's row is that commit's, and only that commit's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reports import results

ROOT = Path(__file__).parents[2]
CARRIED = ("neurons", "suites", "reports", "ci", "asv.conf.json", "pyproject.toml")
NEWCOMER = (
    '"""A neuron that only the later commit has."""\n'
    + ((ROOT / "neurons/models/lif.py").read_text().split('"""', 2)[2])
)


class Sandbox:
    """A repository of its own, measured by the interpreter that runs the tests."""

    def __init__(self, path: Path):
        self.path = path
        self.git("init", "-q", "-b", "main")
        for name in CARRIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, path / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, path / name)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        command = ["git", *who, *arguments]
        done = subprocess.run(command, cwd=self.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def measure(self, commit: str, benchmarks: str, profile: str = "gate") -> None:
        """Run asv for `commit`, with the suites of the working tree, as `asv run` does."""
        tree = self.path / ".trees" / commit
        if not tree.exists():
            self.git("worktree", "add", "-q", "--detach", str(tree), commit)
        environment = {"ASV_PYTHONPATH": str(tree), "SPIKEBENCH_PROFILE": profile}
        self.python("asv", "machine", "--yes")
        this = ["-E", f"existing:{sys.executable}", "--set-commit-hash", commit]
        self.python("asv", "run", "-b", benchmarks, *this, **environment)

    def python(self, *module: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *module],
            cwd=self.path,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def rows(self, metric: str):
        frame = results.load(self.path / ".asv" / "results")
        return frame[frame.metric == metric].set_index(["commit", "model", "backend"])


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "repo").mkdir()
    return Sandbox(tmp_path / "repo")


@pytest.mark.slow
def test_each_commit_gets_its_own_rows(sandbox):
    """Extra work shows in the commit that has it; a model it lacks is n/a, not a neighbour."""
    before = sandbox.commit("five models")
    lif = sandbox.path / "neurons/models/lif.py"
    lif.write_text(lif.read_text().replace("s = fire(h - p.v_th)", "s = fire(h.clone() - p.v_th)"))
    (sandbox.path / "neurons/models/iota.py").write_text(NEWCOMER)  # sorts between dsn and lif
    after = sandbox.commit("extra work, and one more model")
    for commit in (before, after):
        sandbox.measure(commit, "calls.*dispatched_ops")
    rows = sandbox.rows("dispatched_ops")

    assert rows.loc[(after, "lif", "eager"), "value"] > rows.loc[(before, "lif", "eager"), "value"]
    for untouched in ("dsn", "plif", "psn", "sliding_psn"):
        old, new = (rows.loc[(commit, untouched, "eager"), "value"] for commit in (before, after))
        assert old == new
    assert rows.loc[(after, "iota", "eager"), "state"] == "ok"
    assert rows.loc[(before, "iota", "eager"), "state"] == "n/a"


@pytest.mark.slow
def test_a_new_model_file_is_all_it_takes(sandbox):
    """Registry, suites and report follow from one file."""
    (sandbox.path / "neurons/models/iota.py").write_text(NEWCOMER)
    commit = sandbox.commit("one more model")
    sandbox.measure(commit, "iota")
    frame = results.load(sandbox.path / ".asv" / "results")
    mine = frame[(frame.model == "iota") & (frame.state == "ok")]
    suites = {"speed", "memory", "calls", "floors", "gradients", "accuracy", "energy", "properties"}
    assert set(mine.suite) == suites

    assert "`iota`" in sandbox.python("neurons", PYTHONPATH=str(sandbox.path))
    sandbox.python("reports", "build", PYTHONPATH=str(sandbox.path))
    page = (sandbox.path / "html/index.html").read_text()
    assert page.count("iota") > 5

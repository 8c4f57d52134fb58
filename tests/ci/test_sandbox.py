"""asv over a small history: a commit's rows are that commit's, and a new model needs one file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from reports import results
from tests.ci import planted

ROOT = Path(__file__).parents[2]
COPIED = ("neurons", "suites", "reports", "ci", "asv.conf.json", "pyproject.toml")
IOTA = (
    '"""A neuron that only the later commit has."""\n'
    + ((ROOT / "neurons/models/lif.py").read_text().split('"""', 2)[2])
)


class Sandbox:
    """A copy of this repository with few models, measured by the Python that runs the tests."""

    def __init__(self, path: Path, models: set[str]) -> None:
        self.path = path
        for name in COPIED:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, path / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, path / name)
        for file in (path / "neurons/models").glob("[!_]*.py"):
            if file.stem not in models:
                file.unlink()
        planted.git(path, "init", "-q", "-b", "main")

    def commit(self, message: str) -> str:
        planted.commit(self.path, message)
        return planted.git(self.path, "rev-parse", "HEAD")

    def measure(self, commit: str, *benchmarks: str) -> pd.DataFrame:
        """Run asv for `commit` with the suites of the working tree; return all rows so far."""
        tree = self.path / ".trees" / commit
        planted.git(self.path, "worktree", "add", "-q", "--detach", str(tree), commit)
        environment = {"ASV_PYTHONPATH": str(tree), "SPIKEBENCH_PROFILE": "gate"}
        self.run("asv", "machine", "--yes")
        command = ["run", "-E", f"existing:{sys.executable}", "--set-commit-hash", commit]
        self.run("asv", *command, "--quick", *(f"--bench={b}" for b in benchmarks), **environment)
        return results.load(self.path / ".asv" / "results")

    def run(self, module: str, *arguments: str, **environment: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.path,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return run.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; asv's machine file goes to a home of its own."""
    for name in ("home", "repo"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "repo"


@pytest.mark.exhaustive
def test_each_commit_gets_its_own_rows(folder: Path) -> None:
    """More work shows in the commit that does it; a model that a commit lacks is n/a there."""
    models = {"dsn", "lif", "plif", "psn", "sliding_psn"}
    sandbox = Sandbox(folder, models)
    before = sandbox.commit("five models")
    lif = folder / "neurons/models/lif.py"
    lif.write_text(lif.read_text().replace("s = fire(h - p.v_th)", "s = fire(h.clone() - p.v_th)"))
    (folder / "neurons/models/iota.py").write_text(IOTA)  # sorts between dsn and lif
    after = sandbox.commit("more work, and one more model")
    for commit in (before, after):
        rows = sandbox.measure(commit, "dispatched_ops")
    rows = rows[rows.metric == "dispatched_ops"].set_index(["commit", "model"])

    assert rows.value[after, "lif"] > rows.value[before, "lif"]
    for model in models - {"lif"}:
        assert rows.value[after, model] == rows.value[before, model]
    assert rows.state[after, "iota"] == "ok"
    assert rows.state[before, "iota"] == "n/a"


@pytest.mark.slow
def test_a_new_model_file_is_all_it_takes(folder: Path) -> None:
    """Registry, suites and report follow from one file."""
    sandbox = Sandbox(folder, {"lif", "psn"})
    (folder / "neurons/models/iota.py").write_text(IOTA)
    commit = sandbox.commit("one more model")
    # One class of the gradients' suite: others measure all models first, for minutes. Kernels and
    # first calls compile for as long, by axes that are the same.
    rest = r"^(?!gradients|kernels|.*FirstCall).*\('iota'"
    rows = sandbox.measure(commit, rest, r"\.Gradients\..*\('iota', 'eager'")
    iota = rows[(rows.model == "iota") & (rows.state == "ok")]
    suites = {
        "speed",
        "memory",
        "calls",
        "gradients",
        "accuracy",
        "energy",
        "properties",
    }
    assert set(iota.suite) == suites

    assert "`iota`" in sandbox.run("neurons", PYTHONPATH=str(folder))
    sandbox.run("reports", "build", PYTHONPATH=str(folder))
    speed, own = ((folder / f"html/{name}.html").read_text() for name in ("speed", "models/iota"))
    assert speed.count("iota") > 5
    assert ">training<" in own and "neurons.Layer(&#34;iota&#34;" in own

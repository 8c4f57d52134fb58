"""asv's processes are set up by `suites.process`, and `neurons` is still the commit's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reports import results
from tests.ci.planted import commit, git, write

pytestmark = pytest.mark.slow

PLUGIN = Path(__file__).parents[2] / "ci/plugins/prepare.py"
CONFIGURATION = """{
    "version": 1, "project": "toy", "repo": ".", "branches": ["HEAD"], "benchmark_dir": "suites",
    "environment_type": "virtualenv", "results_dir": ".asv/results", "html_dir": ".asv/html",
    "plugins": [".ci.plugins.prepare"]
}"""
PROCESS = """
import pathlib
import sys

PREPARED = []


def prepare(*, preload):
    PREPARED.append(preload)
    with pathlib.Path(__file__).with_name("commands.txt").open("a") as file:
        print(sys.argv[1], file=file)
"""
SUITE = """
import os
import sys

import neurons
from suites import process


class Facts:
    def setup_cache(self):
        return len(process.PREPARED)

    def track_prepared(self, in_cache):
        return in_cache + len(process.PREPARED)

    def track_commit(self, in_cache):
        return int(neurons.FROM == "commit")

    def track_plugins_on_path(self, in_cache):
        return sum(os.path.exists(os.path.join(path, "prepare.py")) for path in sys.path)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the plugin, whose checkout has other `neurons` than the commit."""
    monkeypatch.setenv("HOME", str(tmp_path))
    repo = tmp_path / "repo"
    write(repo / "asv.conf.json", CONFIGURATION)
    write(repo / "suites/__init__.py", "")
    write(repo / "suites/process.py", PROCESS)
    write(repo / "suites/suite.py", SUITE)
    write(repo / "ci/plugins/__init__.py", "")
    shutil.copy(PLUGIN, repo / "ci/plugins")
    write(repo / "neurons/__init__.py", "FROM = 'checkout'\n")
    write(tmp_path / "commit/neurons/__init__.py", "FROM = 'commit'\n")
    git(repo, "init", "--quiet")
    commit(repo, "all")
    asv(repo, "machine", "--yes")
    return repo


def asv(repo: Path, *arguments: str) -> None:
    environment = os.environ | {"ASV_PYTHONPATH": str(repo.with_name("commit"))}
    command = [sys.executable, "-m", "asv", *arguments]
    subprocess.run(command, cwd=repo, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_every_process_that_measures_is_prepared(project: Path, method: str) -> None:
    head = git(project, "rev-parse", "HEAD")
    options = ["-E", f"existing:{sys.executable}", "--set-commit-hash", head]
    asv(project, "run", *options, "--launch-method", method)
    values = results.load(project / ".asv/results").set_index("metric").value
    assert values.to_dict() == {"prepared": 2, "commit": 1, "plugins_on_path": 0}
    commands = set((project / "suites/commands.txt").read_text().split())
    assert commands == {"setup_cache", "run" if method == "spawn" else "run_server"}


def test_processes_that_only_list_the_benchmarks_are_not_prepared(project: Path) -> None:
    asv(project, "check", "-E", f"existing:{sys.executable}")
    assert not (project / "suites/commands.txt").exists()

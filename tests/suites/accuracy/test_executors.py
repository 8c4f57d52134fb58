"""The executors: the same values, also when workers die or the whole grid is killed."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from suites.accuracy import executors, store
from tests.suites.accuracy import stand_in

ROOT = Path(__file__).parents[3]
EXECUTORS = [
    "local",
    pytest.param(
        "ray",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("ray") is None,
            reason="Ray is not installed: pip install -e '.[ray]'",
        ),
    ),
]
GRID = """
import sys
from pathlib import Path
from tests.suites.accuracy import stand_in

stand_in.run(Path(sys.argv[1]), stand_in.slow)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the values of the grid, without workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executors, "get", lambda name: stand_in.Here)
        return stand_in.values(stand_in.run(tmp_path_factory.mktemp("undisturbed")))


def starts(folder: Path) -> dict[str, int]:
    """Return how often each trial was started."""
    names = [file.name.rpartition("-")[0] for file in folder.iterdir()]
    return {name: names.count(name) for name in names}


def test_executors_are_the_files_of_their_folder():
    assert executors.names() == ["local", "ray"]
    with pytest.raises(ValueError, match=r"no executor 'rai'; did you mean 'ray'\?"):
        executors.get("rai")


def test_the_local_executor_refuses_a_placement(tmp_path):
    with pytest.raises(ValueError, match="has no placement; use --executor ray"):
        stand_in.run(tmp_path, placement={"num_gpus": 1})


def test_an_executor_without_its_library_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match="Ray is not installed: pip install"):
        stand_in.run(tmp_path, executor="ray")


@pytest.mark.exhaustive
@pytest.mark.parametrize("executor", EXECUTORS)
def test_killed_workers_lose_nothing_and_double_nothing(executor, tmp_path, undisturbed):
    marks = tmp_path / "starts"
    marks.mkdir()
    rows = stand_in.run(tmp_path, partial(stand_in.dies, marks), executor)
    failed = stand_in.WANTED[5]
    assert [row.failure for row in rows] == [
        "its worker died 3 times" if trial == failed else "" for trial in stand_in.WANTED
    ]
    once = dict.fromkeys(starts(marks), 1)
    assert len(once) == 24
    assert starts(marks) == once | {"digits-dsn-2": 3, "other-clif-0": 2}
    rows = stand_in.run(tmp_path, partial(stand_in.dies, marks), executor)
    assert stand_in.values(rows) == undisturbed
    assert starts(marks) == once | {"digits-dsn-2": 4, "other-clif-0": 2}
    results = [row.key for row in store.read(tmp_path / "store.sqlite") if not row.failure]
    assert len(results) == len(set(results)) == 24


def running(parent: int) -> set[int]:
    """Return the processes that a process has started and that run."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True)
    return {int(line) for line in found.stdout.split()}


def wait_for_the_end(processes: set[int]) -> None:
    """Return when no process is left."""
    while any(Path(f"/proc/{process}").exists() for process in processes):
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_grid_loses_nothing_doubles_nothing_and_leaves_no_process(tmp_path, undisturbed):
    file = tmp_path / "store.sqlite"
    command = [sys.executable, "-c", GRID, str(tmp_path)]
    killed = subprocess.Popen(command, cwd=ROOT)
    while not file.exists() or len(store.read(file)) < 5:
        assert killed.poll() is None
        time.sleep(0.01)
    workers = running(killed.pid)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    kept = store.read(file)
    assert 5 <= len(kept) < 24
    assert workers
    wait_for_the_end(workers)
    subprocess.run(command, cwd=ROOT, check=True)
    rows = store.read(file)
    assert sorted(stand_in.values(rows)) == sorted(undisturbed)
    assert set(kept) <= set(rows), "what was kept is not trained again"


@pytest.mark.exhaustive
def test_ctrl_c_ends_the_workers_and_keeps_the_rows(tmp_path):
    file = tmp_path / "store.sqlite"
    command = [sys.executable, "-c", GRID, str(tmp_path)]
    stopped = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)
    while not file.exists() or len(store.read(file)) < 3:
        assert stopped.poll() is None
        time.sleep(0.01)
    workers = running(stopped.pid)
    os.killpg(stopped.pid, signal.SIGINT)
    _, errors = stopped.communicate()
    assert errors.count(b"KeyboardInterrupt") == 1, "the workers say nothing"
    wait_for_the_end(workers)
    assert len(store.read(file)) >= 3

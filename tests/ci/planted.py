"""A repository for the gate, whose `neurons` wait for some milliseconds instead of computing."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ci.gate import waivers

PACKAGE = """
import importlib

print("a library that prints must not disturb the protocol")


def model(name):
    return importlib.import_module(f"neurons.models.{name}")
"""

MODEL = """
import time

SECONDS, OPERATIONS, ERROR = 0.004, 40, 1e-8
SPIKES = [[0.0, 1.0], [1.0, 0.0]]
TEST_ERROR, RATE = 0.10, 0.2


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
if profile not in ("gate", "gate-gpu"):
    raise SystemExit(f"SPIKEBENCH_PROFILE={profile!r} is not one of gate, gate-gpu")


def gated(benchmark, params):
    return params["backend"] != "elsewhere"
"""

FINGERPRINT = """
import neurons
import numpy as np


def trace(model):
    return {"spikes": np.array(neurons.model(model).SPIKES)}


def bits(model):
    return {"cpu float32": str(neurons.model(model).OPERATIONS)}
"""

TRAINED = """
import neurons


def train(model, task, seed):
    if task not in ("digits", "rows"):
        return {}
    model = neurons.model(model)
    spent = {"rate": model.RATE, "ac": 1000 * model.RATE, "mac": 64.0}
    return {"error": model.TEST_ERROR + 0.001 * seed, **spent}
"""

LIF = "neurons/models/lif.py"
LEARNED = "[1.0, 0.0]]\nTEST_ERROR, RATE = 0.10, 0.2"
# What each branch plants: file -> text to replace -> replacement (None deletes the file).
PLANTED = {
    "same": {"README": ("", "a commit that touches no model")},
    "waived": {
        LIF: ("40", "45"),
        "ci/waivers.toml": (
            "",
            waivers.entry(
                waivers.Waiver(
                    row="toy.Toy.track_operations(lif, eager)",
                    device="cpu",
                    ceiling=1.2,
                    expires=date.today(),
                    issue="#1",
                    owner="ann",
                    reason="planted",
                )
            ),
        ),
    },
    "bad-waivers": {"ci/waivers.toml": ("", "[[waiver")},
    "ruler": {LIF: ("40", "40 + 0"), "suites/new.py": ("", "")},
    "slow": {LIF: ("0.004", "0.04")},  # seen even where other tests run at the same time
    "slow-below-the-floor": {LIF: ("0.004", "0.00402")},
    "operations": {LIF: ("40", "45")},
    "other-plif": {"neurons/models/plif.py": ("40", "20 + 20")},
    "fewer-operations": {LIF: ("40", "35")},
    "other-spikes": {LIF: ("[1.0, 0.0]", "[1.0, 1.0]")},
    "learns-worse": {LIF: (LEARNED, LEARNED.replace("0.10", "0.16").replace("0.0]]", "1.0]]"))},
    "fires-more": {LIF: (LEARNED, LEARNED.replace("0.2", "0.3").replace("0.0]]", "1.0]]"))},
    "diverges": {LIF: (LEARNED, LEARNED.replace("0.10", "1e999").replace("0.0]]", "1.0]]"))},
    "looser": {LIF: ("1e-8", "1e-3"), "suites/toy.py": ('{"eager": 1e-6', '{"eager": 1e-2')},
    "uncounted": {LIF: ("40", "45"), "suites/toy.py": ("return self.model.OPERATIONS", "return 1")},
    "hidden": {
        LIF: ("OPERATIONS, ERROR =", "OPERATIONS, FAULT ="),
        "suites/toy.py": ("return self.model.ERROR", "return getattr(self.model, 'ERROR', 0.0)"),
    },
    "wrong": {LIF: ("1e-8", "0.3")},
    "not-finite": {LIF: ("1e-8", "float('nan')")},
    "crash": {LIF: ("end =", "raise ValueError('shape\\nmismatch')\n    end =")},
    "exit": {LIF: ("end =", "import os; os._exit(7)\n    end =")},
    "hang": {LIF: ("end =", "time.sleep(60)\n    end =")},
    "broken": {"neurons/__init__.py": ("import importlib", "import importlibb")},
    "lacking": {"neurons/models/plif.py": None},
    "new": {"neurons/models/dsn.py": ("", MODEL)},
    "new-and-wrong": {"neurons/models/dsn.py": ("", MODEL.replace("1e-8", "0.3"))},
}

RunGate = Callable[..., tuple[int, dict, str]]  # exit code, gate.json, gate.md


def git(repo: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    command = ["git", "-C", str(repo), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def build(repo: Path) -> None:
    """Make a repository with a correct main and one branch per planted change."""
    git(repo, "init", "--quiet", "--initial-branch=main")
    write(repo / "neurons/__init__.py", PACKAGE)
    write(repo / "neurons/models/lif.py", MODEL)
    write(repo / "neurons/models/plif.py", MODEL)
    write(repo / "suites/__init__.py", "")
    write(repo / "suites/cases.py", CASES)
    write(repo / "suites/toy.py", SUITE)
    write(repo / "suites/fingerprint.py", FINGERPRINT)
    write(repo / "suites/trained.py", TRAINED)
    commit(repo, "main")
    for branch, changes in PLANTED.items():
        git(repo, "switch", "--quiet", "--create", branch, "main")
        for name, change in changes.items():
            plant(repo / name, change)
        commit(repo, branch)
    git(repo, "switch", "--quiet", "main")


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

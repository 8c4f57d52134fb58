"""What runs unattended on a GPU box, as far as a machine without a GPU can tell."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import neurons
from ci import checkpoints
from neurons.backends import BACKENDS
from suites.profiles import Profile, Shape
from tests.golden import cases, check
from tests.golden.__main__ import on_device
from tests.golden.cases import VECTORS

SCRIPT = Path(__file__).parents[2] / "ci" / "gpu.sh"
STEPS = ["-c", "pytest", "tests.golden", "suites.gradients"]
STEPS += ["ci.checkpoints", "ci.measure", "reports"]


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


class Box:
    """A checkout with the script, and programs that only log how they were called."""

    def __init__(self, path: Path) -> None:
        self.path, self.calls = path, path / "calls"
        (path / "ci").mkdir()
        (path / ".asv" / "results" / "box").mkdir(parents=True)
        (path / ".asv" / "results" / "box" / "machine.json").write_text("{}")
        shutil.copy(SCRIPT, path / "ci")
        self.has_gpu(True)
        self.python()

    def has_gpu(self, yes: bool) -> None:
        program(self.path / "nvidia-smi", "exit 0" if yes else "echo NVIDIA-SMI has failed; exit 9")

    def python(self, **status: int) -> None:
        """Install a Python whose modules exit with these statuses; `_` in a name is a dot."""
        ends = "\n".join(f"{name.replace('_', '.')}) exit {n} ;;" for name, n in status.items())
        log = f'echo "$@" >> {self.calls}; [ "$1" = -m ] && shift'
        program(self.path / "python", f'{log}\ncase "$1" in\n{ends}\nesac\nexit 0')

    def run(self, **environment: str) -> subprocess.CompletedProcess:
        path = f"{self.path}{os.pathsep}{os.environ['PATH']}"
        env = os.environ | {"PATH": path, "PYTHON": str(self.path / "python")} | environment
        return subprocess.run(
            [self.path / "ci" / "gpu.sh"], cwd="/", env=env, capture_output=True, text=True
        )

    def called(self) -> list[str]:
        lines = self.calls.read_text().splitlines()
        return [line.removeprefix("-m ").split()[0] for line in lines if line.startswith("-")]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_without_a_gpu_it_stops_at_once_with_one_line(box):
    box.has_gpu(False)
    done = box.run()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ci/gpu.sh: no GPU here; nvidia-smi shows none\n"
    assert not box.calls.exists() and not (box.path / "logs").exists()


def test_a_torch_that_sees_no_gpu_is_refused(box):
    program(box.path / "python", "exit 1")
    done = box.run()
    assert done.returncode == 2 and not (box.path / "logs").exists()
    assert done.stderr.count("\n") == 1 and "install torch's CUDA build" in done.stderr


def test_all_steps_run_and_the_results_are_collected(box):
    done = box.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert box.called() == STEPS
    assert "--here" in box.calls.read_text()
    assert (box.path / "results" / "box" / "machine.json").exists()
    names = ["asv", "checkpoints", "golden", "gradients", "kernels", "report"]
    assert sorted(log.stem for log in (box.path / "logs").glob("*.log")) == names


@pytest.mark.parametrize("wrong", ["pytest", "tests_golden", "suites_gradients"])
def test_what_is_wrong_on_the_chip_fails_the_script_but_stops_nothing(box, wrong):
    box.python(**{wrong: 1})
    done = box.run()
    assert done.returncode == 1 and box.called() == STEPS
    assert done.stdout.count("FAILED with 1: logs/") == 1


def test_a_benchmark_that_fails_is_named_and_no_more(box):
    box.python(ci_measure=2)
    done = box.run()
    assert done.returncode == 0 and box.called() == STEPS
    assert "FAILED with 2: logs/asv.log" in done.stdout


# What it runs


def test_golden_vectors_reach_a_backend_on_another_device(monkeypatch):
    """The other device is the CPU here; all vectors of a model with a parameter run on it."""
    eager = BACKENDS["eager"]
    monkeypatch.setitem(BACKENDS, "eager", on_device(eager, "cpu"))
    assert BACKENDS["eager"].run is not eager.run
    for case in cases.find(VECTORS / "plif"):
        assert not check.judge(case, ["eager"]).wrong


def test_checkpoints_of_every_step_and_of_every_32nd_are_measured(monkeypatch, capsys):
    if reason := neurons.backends.refusal(neurons.get("lif"), "cpu"):
        pytest.skip(reason)
    tiny = Profile([Shape(40, 2, 8)], ("cpu",))
    for module in ("ci.checkpoints", "suites.cases"):
        monkeypatch.setattr(f"{module}.profile", lambda: tiny)
    assert checkpoints.main(["--backend", "cpu", "lif", "psn"]) == 0
    head, _, row = capsys.readouterr().out.splitlines()
    assert "all states | states of every 32 steps" in head
    assert row.startswith("| lif | T=40 N=2 C=8 |") and row.count(" ms, ") == 2


def test_models_without_a_kernel_are_named_with_the_reason(capsys):
    assert checkpoints.main(["--backend", "cpu", "psn"]) == 2
    assert capsys.readouterr().err.startswith("backend 'cpu' cannot compile psn: ")

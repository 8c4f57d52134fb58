"""On a machine with a GPU the gate measures the GPU, by a profile of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci import bisect
from ci.gate import calibrate, device, worker
from ci.gate.compare import Options, machine
from ci.gate.rules.accuracy import MARGINS
from suites.profiles import HEADLINE, PROFILES
from tests.ci.planted import RunGate
from tests.ci.test_outputs import report

ROOT = Path(__file__).parents[2]
GPU = "GPU 0: a GPU (UUID: GPU-1)"


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of nvidia-smi, which lists a GPU."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{GPU}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return program


@pytest.mark.usefixtures("driver")
def test_where_there_is_a_gpu_the_gate_measures_it() -> None:
    assert (machine().device, Options().profile) == ("cuda", "gate-gpu")
    assert bisect.parse(["case", "good", "bad"]).profile == "gate-gpu"


@pytest.mark.parametrize("answer", ["exit 9", "echo 'No devices were found'", "exit 0"])
def test_a_driver_without_a_gpu_is_no_gpu(driver: Path, answer: str) -> None:
    driver.write_text(f"#!/bin/sh\n{answer}\n")
    assert (machine().device, Options().profile) == ("cpu", "gate")


@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize("hidden", device.NO_GPU)
def test_a_gpu_that_is_hidden_is_no_gpu(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert (machine().device, Options().profile) == ("cpu", "gate")


def test_without_a_driver_there_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert device.device() == "cpu"


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_the_report_names_the_device_and_its_profile(
    run_gate: RunGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    code, result, text = run_gate("waived")
    assert (result["setting"]["profile"], result["setting"]["machine"]["device"]) == (
        "gate-gpu",
        "cuda",
    )
    assert "profile `gate-gpu`" in text
    assert (code, result["headline"]) == (1, "FAIL: lif"), "the waiver is one of a CPU"


def test_a_calibration_names_its_profile() -> None:
    assert calibrate.summary([report()])["profile"] == "gate"


def test_each_profile_measures_its_device_and_every_task_has_a_margin() -> None:
    for kind, name in device.PROFILES.items():
        assert PROFILES[name].device == kind
        assert {*PROFILES[name].tasks} <= MARGINS.keys()
    assert {*PROFILES["gate-gpu"].tasks} == MARGINS.keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param("gate", marks=pytest.mark.exhaustive), device.PROFILES["cuda"]]
)
def test_every_case_of_a_profile_is_listed(name: str) -> None:
    environment = {**os.environ, "SPIKEBENCH_PROFILE": name, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", worker.__file__]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    cases = json.loads(run.stdout)
    assert len({case["name"] for case in cases}) == len(cases)
    assert {case["kind"] for case in cases} == {"speed", "counter", "numerics"}
    backends = {case["params"]["backend"] for case in cases if "backend" in case["params"]}
    assert backends == {*PROFILES[name].backends}
    timed = {tuple(case["params"].values()) for case in cases if case["kind"] == "speed"}
    compiled = backends - {"eager", "serial"}
    kernel = {(m, b, str(PROFILES[name].kernel[0])) for m in HEADLINE for b in compiled}
    assert len(compiled) == 1 and kernel <= timed

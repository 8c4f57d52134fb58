"""The profile is a part of every result, and an unknown one is one line before asv starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from asv import environment, runner, util
from asv.config import Config
from asv.plugin_manager import plugin_manager  # noqa: F401  (registers the virtualenv environment)
from asv.results import Results

from ci import measure
from ci.plugins import profile as plugin

ROOT = Path(__file__).parents[2]


@pytest.fixture
def asv(monkeypatch):
    """asv with the plugin, which the end of the test takes away."""
    name = "_parse_matrix_entries"
    monkeypatch.setattr(environment, name, getattr(environment, name))
    monkeypatch.setattr(runner, "get_spawner", runner.get_spawner)
    monkeypatch.chdir(ROOT)

    def environments(name: str, python: list[str] | None = None) -> list[environment.Environment]:
        monkeypatch.setenv("SPIKEBENCH_PROFILE", name)
        plugin.setup()
        return list(environment.get_environments(Config.load(), python))

    return environments


@pytest.mark.parametrize("python", [None, [measure.HERE]])
def test_two_profiles_of_a_commit_live_side_by_side(asv, python) -> None:
    (smoke,), (cpu,) = asv("smoke", python), asv("cpu", python)
    assert smoke.env_vars["SPIKEBENCH_PROFILE"] == "smoke"
    assert cpu.env_vars["SPIKEBENCH_PROFILE"] == "cpu"
    assert smoke.name != cpu.name, "their results have the same file"
    if python is None:
        assert smoke.dir_name == cpu.dir_name, "each profile would build an environment"


def test_a_result_file_names_its_profile(asv, tmp_path) -> None:
    (smoke,) = asv("smoke")
    arguments = (smoke.requirements, "c0ffee" * 6 + "c0ff", 0, "3", smoke.name, smoke.env_vars)
    Results({"machine": "box"}, *arguments).save(str(tmp_path))
    (file,) = tmp_path.glob("box/*.json")
    assert util.load_json(str(file))["env_vars"]["SPIKEBENCH_PROFILE"] == "smoke"


def test_without_the_variable_the_profile_is_the_default(asv, monkeypatch) -> None:
    asv("cpu")
    monkeypatch.delenv("SPIKEBENCH_PROFILE")
    (default,) = environment.get_environments(Config.load(), None)
    assert default.env_vars["SPIKEBENCH_PROFILE"] == "smoke"


@pytest.mark.parametrize(("name", "method"), [("gpu", "spawn"), ("cpu", "forkserver")])
def test_only_a_profile_of_a_gpu_spawns(asv, monkeypatch, name, method) -> None:
    monkeypatch.setattr(runner, "get_spawner", lambda env, folder, method: method)
    asv(name)
    assert runner.get_spawner("environment", "suites", "forkserver") == method


@pytest.mark.parametrize("command", [["ci.measure"], ["ci.measure", "--estimate"], ["asv", "run"]])
def test_an_unknown_profile_is_one_line(command) -> None:
    variables = os.environ | {"SPIKEBENCH_PROFILE": "foo"}
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr == "SPIKEBENCH_PROFILE='foo' is not one of smoke, cpu, gpu, gate, gate-gpu\n"

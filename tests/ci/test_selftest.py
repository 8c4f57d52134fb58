"""The gate's test of itself: what it plants, and when it calls the gate right."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

import neurons
from ci.gate import calibrate, selftest, trees
from ci.gate.rows import Report, Row
from ci.gate.selftest import MODEL, PLANTS, is_right, planted
from ci.gate.statistics import Outcome
from tests.ci.planted import git
from tests.ci.test_outputs import SETTING

BY_NAME = {plant.name: plant for plant in PLANTS}


def report(*rows: Row) -> Report:
    return Report.worst_first(list(rows), SETTING)


def failing(rule: str, model: str = MODEL) -> Row:
    return Row.of_model(rule, model, Outcome.FAIL, "worse")


def test_only_the_expected_rule_and_model_are_right() -> None:
    speed = BY_NAME["slowdown"]
    assert is_right(speed, report(failing("speed")))
    assert is_right(speed, report(failing("counters"), failing("speed")))
    assert not is_right(speed, report(failing("counters")))
    assert not is_right(speed, report(failing("speed", "lif")))
    unsure = replace(failing("speed"), verdict=Outcome.UNDECIDED)
    assert not is_right(speed, report(unsure))
    kernel = BY_NAME["kernel regression"]
    assert not is_right(kernel, report(failing("counters")))
    track = "kernels.suite.Kernels.track_chain"
    assert is_right(kernel, report(replace(failing("counters"), benchmark=track)))


def test_no_plant_is_right_if_the_gate_passes_it() -> None:
    nothing = BY_NAME["nothing"]
    assert is_right(nothing, report(replace(failing("speed"), verdict=Outcome.UNDECIDED)))
    assert not is_right(nothing, report(failing("speed")))
    assert not is_right(nothing, report(Row.general("coverage", "no worker")))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the file of the planted model as it is today."""
    repo = tmp_path / "repository"
    source = Path(neurons.__file__).parent / "models" / f"{MODEL}.py"
    file = repo / "neurons" / "models" / source.name
    file.parent.mkdir(parents=True)
    file.write_text(source.read_text())
    git(repo, "init", "--quiet", "--initial-branch=main")
    git(repo, "add", "--all")
    git(repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "main")
    return repo


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_plant_is_a_commit_that_leaves_nothing_behind(repository: Path, plant) -> None:
    file = f"neurons/models/{MODEL}.py"
    with planted(plant, repository, git(repository, "rev-parse", "main")) as head:
        text = git(repository, "show", f"{head}:{file}")
        assert git(repository, "diff", "--name-only", "main", head).split() == [file]
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert git(repository, "branch", "--list").split() == ["*", "main"]
    namespace: dict = {"__name__": "planted"}
    exec(compile(text, file, "exec"), namespace)
    assert isinstance(namespace["NEURON"], neurons.Neuron)


def test_a_wrong_verdict_is_named_and_counted(tmp_path, monkeypatch, capsys) -> None:
    def attempt(plant, repo):
        right = plant.name != "slowdown"
        return selftest.Trial(
            plant.name, "FAIL by speed", "PASS", right, 1.0, "PASS: no loss found"
        )

    monkeypatch.setattr(selftest, "attempt", attempt)
    file = tmp_path / "counts.jsonl"
    assert selftest.main(["-o", str(file)]) == 1
    assert "slowdown: WRONG, expected FAIL by speed (PASS: no loss" in capsys.readouterr().out
    assert [json.loads(line)["right"] for line in file.read_text().splitlines()].count(False) == 1


def test_calibration_counts_verdicts_and_gives_the_spread(tmp_path, monkeypatch) -> None:
    timing = Row.of_model("speed", "lif", Outcome.PASS, "same").at("seconds", (1.0, 1.1, 1.0, 1.1))
    runs = iter([report(timing), report(timing, failing("speed"))])
    monkeypatch.setattr(calibrate, "compare", lambda options: next(runs))
    file = tmp_path / "calibration.json"
    assert calibrate.main(["--runs", "2", "-o", str(file)]) == 1
    content = json.loads(file.read_text())
    assert content["runs"] == {"PASS": 1, "FAIL": 1} and content["rows"] == {"PASS": 2, "FAIL": 1}
    assert content["spread"]["median"] == pytest.approx(0.055, abs=0.001)


def test_a_strangers_folder_is_left_alone(repository: Path, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "gate-2nd-run").mkdir()
    (tmp_path / f"gate-{2**22 + 1}-left").mkdir()  # no process has that number
    with trees.scratch_folder(repository) as scratch:
        kept = {path.name for path in tmp_path.glob("gate-*")}
        assert kept == {"gate-2nd-run", scratch.name}

"""The golden vectors: every model reproduces its authors' code, and the runner reports if not."""

import filecmp
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import neurons
from tests.golden import cases, check
from tests.golden.__main__ import main
from tests.golden.cases import VECTORS, Case
from tests.golden.check import Verdict
from tests.neurons.samples import every_model

ORIGINAL = Path(__file__).parents[2] / "shared" / "golden"
CASES = cases.find(VECTORS)
FIRST = {cases.recipe(case).model: case for case in reversed(CASES) if not case.pointwise}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_repeats_its_vectors(case):
    assert not check.judge(case, ["eager", "serial"]).wrong


@pytest.mark.slow
@pytest.mark.parametrize("model", every_model("dsn", "lif", "psn"))
def test_compiled_models_repeat_their_vectors(model):
    if reason := neurons.backends.refusal(neurons.get(model), "compile"):
        pytest.skip(reason)
    if model not in FIRST:
        pytest.skip(f"there are no vectors of {model}")
    assert not check.judge(FIRST[model], ["compile"], [torch.float64]).wrong


def test_every_model_has_vectors():
    """Except iaf, which `test_serial` compares with a lif without leak."""
    assert FIRST.keys() == set(neurons.names()) - {"iaf"}


@pytest.mark.skipif(not ORIGINAL.is_dir(), reason="needs ../shared/golden beside the checkout")
def test_vectors_equal_their_originals():
    files = sorted(f.relative_to(ORIGINAL) for f in ORIGINAL.rglob("*") if f.is_file())
    copied = sorted(f.relative_to(VECTORS) for f in VECTORS.rglob("*") if f.is_file())
    assert copied == files
    _, differ, missing = filecmp.cmpfiles(ORIGINAL, VECTORS, map(str, files), shallow=False)
    assert not differ and not missing


SOFT = "lif/c0_clifrepo_soft"
HYPER = Case.load(VECTORS / f"{SOFT}.json").hyper


@pytest.fixture
def copy(tmp_path):
    """Return a function that writes a changed case to a new folder and returns the folder."""

    def write(source: str, about=None, arrays=None) -> Path:
        case = Case.load(VECTORS / f"{source}.json")
        changed = case.about | (about or {})
        (tmp_path / "unseen.json").write_text(json.dumps(changed))
        np.savez(tmp_path / "unseen.npz", **case.arrays | (arrays(case.arrays) if arrays else {}))
        return tmp_path

    return write


def test_without_a_path_all_vectors_run(capsys, monkeypatch):
    run: list[Case] = []
    monkeypatch.setattr(check, "judge", lambda case, _: run.append(case) or Verdict({}, []))
    assert main([]) == 0
    printed = capsys.readouterr().out
    counts = {line.split()[0]: line.split()[1:4:2] for line in printed.splitlines()}
    assert counts["lif"] == ["5", "5"]
    assert sum(int(passed) for _, passed in counts.values()) == len(run) == len(CASES)


def test_unseen_case_of_a_known_neuron(copy, capsys):
    assert main([str(copy(SOFT))]) == 0
    assert "lif" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arrays", "name"),
    [
        (lambda a: {"out": 1 - a["out"]}, "out"),
        (lambda a: {"grad.x": a["grad.x"] * (1 + 1e-7)}, "grad.x"),
        (lambda a: {"grad.param.w": a["grad.param.w"] * (1 + 1e-7)}, "grad.param.w"),
        (lambda a: {"traj.h": a["traj.h"] + 1e-7}, "traj.h"),
        (lambda a: {"traj.v": a["traj.v"] + 1e-7}, "traj.v"),
        (lambda a: {"grad.unknown": a["grad.x"]}, "grad.unknown"),
    ],
)
def test_runner_notices_a_wrong_array(copy, capsys, arrays, name):
    assert main([str(copy("plif/c0_clifrepo", arrays=arrays))]) == 1
    assert f"FAILED plif/unseen on eager in float64: {name} is off" in capsys.readouterr().out


def test_float32_has_a_bound_of_the_case_and_not_one_for_all(copy):
    """An error of 1e-5 of a gradient without cancellation is noticed; 1e-4 used to pass."""
    folder = copy(SOFT, arrays=lambda a: {"grad.x": a["grad.x"] * (1 + 1e-5)})
    (line,) = check.judge(cases.find(folder)[0], ["eager"], [torch.float32]).wrong
    assert "in float32: grad.x is off by 1.0e-05" in line


def test_runner_notices_a_wrong_option(copy, capsys):
    assert main([str(copy(SOFT, {"hyper": HYPER | {"tau": 2.1}}))]) == 1
    assert "0 passed" in capsys.readouterr().out


def test_a_vector_of_faulty_code_must_not_be_repeated(copy, capsys):
    assert main([str(VECTORS / "clif_clifspike_inplace")]) == 0
    assert main([str(copy("clif/c0", {"neuron": "clif_clifspike_inplace"}))]) == 1
    assert "repeats a vector it must differ from" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"neuron": "unknown"}, "no recipe for neuron 'unknown'"),
        ({"surrogate": {"type": "unknown"}}, "no surrogate for type 'unknown'"),
        ({"surrogate": {"type": "atan"}}, "KeyError: 'alpha'"),
        ({"hyper": {}}, "KeyError: 'v_threshold'"),
        ({"hyper": HYPER | {"tau": -1}}, "tau = -1 is not allowed"),
    ],
)
def test_a_case_that_cannot_be_built_fails_and_the_rest_goes_on(copy, capsys, about, reason):
    assert main([str(copy(SOFT, about)), str(VECTORS / "psn"), "--backend", "eager"]) == 1
    printed = capsys.readouterr().out
    failed = [line for line in printed.splitlines() if line.startswith("FAILED")]
    assert failed and all(reason in line and "/unseen" in line for line in failed)
    assert "3 cases   3 passed" in printed


@pytest.mark.parametrize("broken", ["unseen.npz", "unseen.json"])
def test_a_case_that_cannot_be_read_fails(copy, capsys, broken):
    folder = copy(SOFT)
    (folder / broken).write_text("{")
    assert main([str(folder)]) == 1
    assert "/unseen: " in capsys.readouterr().out


def test_a_case_that_no_backend_asked_for_can_run_fails(copy, capsys):
    assert main([str(copy(SOFT)), "--backend", "serial"]) == 1
    assert (
        "FAILED lif/unseen: ValueError: backend 'serial' cannot run lif: "
        in capsys.readouterr().out
    )


@pytest.mark.parametrize("arguments", [["no/such/folder"], ["--backend", "cudaa"]])
def test_wrong_arguments_are_one_line(capsys, arguments):
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_empty_folder_is_not_a_pass(tmp_path, capsys):
    shutil.copy(VECTORS / "README.md", tmp_path)
    assert main([str(tmp_path)]) == 2
    assert "no case" in capsys.readouterr().err

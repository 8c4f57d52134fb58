"""The key of a trial: all that determines its result, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from suites.accuracy import content
from suites.accuracy.content import Content
from suites.accuracy.trial import Trial

ROOT = Path(__file__).parents[3]
TRIAL = Trial("digits", "mlp", "lif", "own", "tiny", 0)
CONTENT = Content("c0de", "torch 9", "cpu")


def test_a_key_differs_with_every_field_of_trial_and_content():
    others = [TRIAL._replace(**{name: "other"}) for name in Trial._fields]
    keys = {content.key(trial, CONTENT) for trial in (TRIAL, *others)}
    keys |= {content.key(TRIAL, CONTENT._replace(**{name: "x"})) for name in Content._fields}
    assert len(keys) == 1 + len(Trial._fields) + len(Content._fields)


def test_the_code_is_that_of_the_trial():
    names = set(content.sources(TRIAL))
    assert {"neurons.models.lif", "neurons.fire", "neurons.codegen.c"} <= names
    assert {"suites.accuracy.trainer", "suites.accuracy.tasks.digits", "suites.process"} <= names
    assert {"suites.conditions", "suites.published"} <= names, "imported by others"
    assert "neurons.models.dsn" not in names
    assert not any(name.startswith("suites.accuracy.executors") for name in names)
    assert not {"suites.accuracy.store", "suites.accuracy.show", "suites.accuracy.suite"} & names


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """Return a folder with a copy of the two packages, whose code is then what counts."""
    for name, folder in content.FOLDERS.items():
        for file in folder.rglob("*.py"):
            target = tmp_path / name / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
        monkeypatch.setitem(content.FOLDERS, name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("neurons/models/lif.py", True),
        ("neurons/scan.py", True),
        ("suites/accuracy/tasks/digits.py", True),
        ("suites/conditions.py", True),
        ("neurons/models/dsn.py", False),
        ("suites/accuracy/show.py", False),
        ("suites/speed/suite.py", False),
    ],
)
def test_an_edited_file_changes_the_code_of_those_that_run_it(copied, file, counts):
    before = content.code(TRIAL)
    with (copied / file).open("a") as edited:
        edited.write("\n# edited\n")
    assert (content.code(TRIAL) != before) == counts


def test_a_new_task_or_model_changes_no_other_trial(copied):
    before = content.code(TRIAL)
    for folder in ("neurons/models", "suites/accuracy/tasks"):
        (copied / folder / "new.py").write_text("import suites.speed.suite\n")
    assert content.code(TRIAL) == before
    new = content.sources(TRIAL._replace(task="new"))
    assert {"suites.accuracy.tasks.new", "suites.speed.suite"} <= set(new)


TRAIN = """
import json, sys
from suites import process
from suites.accuracy import content, trainer
from suites.accuracy.trial import Trial

process.prepare()
trial = Trial(*json.loads(sys.argv[1]))
trainer.run(trial)
ours = [name for name in sys.modules if name.split(".")[0] in content.FOLDERS]
print(json.dumps(sorted({*ours} - content.sources(trial).keys() - {"suites.accuracy.content"})))
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize("task", ["digits"])
def test_a_training_imports_nothing_that_the_code_leaves_out(task):
    trial = TRIAL._replace(task=task, model="stclif", condition="matched")
    command = [sys.executable, "-c", TRAIN, json.dumps(trial)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []

"""What can be added is one file: a copy of the tree gets the file, and everything lists it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]

BACKEND = '''"""The steps of a model, on torch operations, under another name."""

from neurons.backends import _record, eager

BACKEND = _record.Backend(eager.run, eager.refusal, devices=("cpu",), compiled=True)
'''
MODEL = (ROOT / "neurons" / "models" / "lif.py").read_text()
PEER = 'PACKAGE, NOTE, LONGEST = "nothing", "a copy", {}\nDEVICES = ("cpu",)\n'
TASK = (ROOT / "suites" / "accuracy" / "tasks" / "digits.py").read_text()
FINDING = (ROOT / "suites" / "findings" / "dsn_control.py").read_text()
CONVENTION = (ROOT / "suites" / "energy" / "conventions" / "rate.py").read_text()
SECTION = 'TITLE, ORDER = "Another", 1\n\n\ndef render(view):\n    return None\n'
RULE = '"""Another: nothing is judged."""\n\n\ndef judge(bench):\n    return iter(())\n'
SURROGATE = """def another(u: Tensor, alpha: float = 2.0) -> Tensor:
    return torch.sigmoid(alpha * u)


SURROGATES: dict"""

FILES = {
    "neurons/models/another.py": MODEL,
    "neurons/backends/another.py": BACKEND,
    "suites/peers/another.py": PEER,
    "suites/accuracy/tasks/another.py": TASK,
    "suites/energy/conventions/another.py": CONVENTION,
    "suites/findings/another.py": FINDING,
    "reports/sections/another.py": SECTION,
    "ci/gate/rules/another.py": RULE,
}
PROBE = """
import json, torch
import neurons
from suites import axes, cases
from suites.accuracy import tasks
from suites.calls import suite as calls
from suites.energy import conventions
from suites.findings import suite as findings
from suites.gradients import suite as gradients
from suites.profiles import PROFILES
from suites.speed import suite as speed
from reports import sections
from ci.gate import rules

layer = neurons.Layer("another", backend="another", surrogate="another")
print(json.dumps({
    "model": "another" in speed.Inference.params[0] and "another" in speed.SERIAL,
    "backend": "another" in speed.Training.params[1] and "another" in calls.FirstCall.params[1],
    "backend runs": layer(torch.ones(3, 2, 4)).shape == (3, 2, 4) and layer.backend == "another",
    "peer": "another" in PROFILES["cpu"].peers,
    "task": "another" in tasks.names(),
    "convention": "another" in conventions.names(),
    "finding": "another" in findings.Exact.params[0],
    "surrogate": "another" in gradients.Surrogates.params[0],
    "section": any(section.TITLE == "Another" for section in sections.load()),
    "rule": any(rule.__name__.endswith("another") for rule in rules.every_rule()),
}))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, bool]:
    copy = tmp_path_factory.mktemp("copy")
    for folder in ("neurons", "suites", "reports", "ci"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILES.items():
        (copy / name).write_text(text)
    fire = copy / "neurons" / "fire.py"
    text = (
        fire.read_text()
        .replace("SURROGATES: dict", SURROGATE, 1)
        .replace("(atan,", "(another, atan,")
    )
    fire.write_text(text)
    command = [sys.executable, "-c", PROBE]
    run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "kind",
    ["model", "backend", "peer", "task", "convention", "surrogate", "section", "rule"],
)
def test_a_file_is_all_it_takes(answers, kind):
    assert answers[kind]


def test_an_added_backend_runs(answers):
    assert answers["backend runs"]

"""The rules of the house that a machine can hold: who imports whom, and what importing costs."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import neurons
from suites import axes, cases

ROOT = Path(__file__).parents[1]
HOUSE = ["neurons", "suites", "reports", "ci", "tests"]
BELOW = {  # imports run one way
    "neurons": set(),
    "suites": {"neurons"},
    "reports": {"neurons", "suites"},
    "ci": {"neurons", "suites", "reports"},
}
MODULES = sorted(file for room in BELOW for file in (ROOT / room).rglob("*.py"))
MODELS = [file for file in MODULES if file.parent == ROOT / "neurons" / "models"]
LINES = 250  # about 200 by the rule; a file with one idea may be longer

MACHINE_PATH = re.compile(r"(?<![\w./-])/(home|Users|root|work|tmp|mnt)/\w")


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported(source: str, package: str) -> Iterator[str]:
    """The dotted names a module of `package` imports, `import_module("...")` included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield ast.unparse(node.args[0]).lstrip("f").strip("'\"")


def imports(file: Path) -> set[str]:
    return set(imported(file.read_text(), ".".join(file.relative_to(ROOT).parent.parts)))


def test_imports_are_found_however_they_are_written():
    source = """
import torch.nn as nn
from neurons import fire
from . import tasks
from ..cases import Shape
def late():
    importlib.import_module(f"suites.peers.{name}")
"""
    found = {"torch.nn", "neurons.fire", "suites.accuracy.tasks", "suites.cases.Shape"}
    assert set(imported(source, "suites.accuracy")) == found | {"suites.peers.{name}"}


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_imports_run_one_way(file):
    room = file.relative_to(ROOT).parts[0]
    rooms = {dotted.partition(".")[0] for dotted in imports(file)} & set(HOUSE)
    assert rooms <= BELOW[room] | {room}


@pytest.mark.parametrize("file", MODELS, ids=name)
def test_models_import_only_what_equations_need(file):
    allowed = re.compile(r"(neurons\.(circuits|contract|fire|scan)|torch)(\.|$)")
    others = {dotted for dotted in imports(file) if not allowed.match(dotted)}
    assert {dotted.partition(".")[0] for dotted in others} <= sys.stdlib_module_names


@pytest.mark.parametrize("file", [f for f in MODULES if name(f).startswith("suites")], ids=name)
def test_suites_use_the_public_names_of_neurons(file):
    """Another one might be missing in an old commit, whose rows would turn into n/a."""
    public = {f"neurons.{name}" for name in neurons.__all__}
    assert {dotted for dotted in imports(file) if dotted.startswith("neurons.")} <= public
    used = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "neurons"
    }
    assert used <= set(neurons.__all__)


IMPORT_ALL = """
import importlib, json, pkgutil
import torch
from torch.utils._python_dispatch import TorchDispatchMode

seen = []

class Watch(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        seen.append(str(func))
        return func(*args, **(kwargs or {}))

def asked(*args, **kwargs):
    seen.append("torch.cuda")
    return False

torch.cuda.is_available = torch.cuda.device_count = torch.cuda._lazy_init = asked
import suites
with Watch():
    found = [module.name for module in pkgutil.walk_packages(suites.__path__, "suites.")]
    for module in found:
        importlib.import_module(module)
print(json.dumps({"modules": found, "seen": seen, "cuda": torch.cuda.is_initialized()}))
"""


def test_importing_suites_computes_nothing():
    """asv imports every module to list the benchmarks, and forks afterwards."""
    command = [sys.executable, "-c", IMPORT_ALL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert {"suites.cases", "suites.speed.suite", "suites.memory.suite"} <= set(said["modules"])
    assert said["seen"] == []
    assert said["cuda"] is False


def test_suites_and_neurons_know_the_same_backends_and_models():
    """The suites list both without importing neurons, so that every commit has the same axes."""
    assert {b.name for b in axes.backends()} == set(neurons.backends.names())
    assert cases.models() == neurons.names()


@pytest.mark.parametrize("file", MODELS, ids=name)
def test_models_name_their_source(file):
    docstring = ast.get_docstring(ast.parse(file.read_text()))
    assert file.name == "__init__.py" or "Source:" in docstring


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_files_are_short_and_clean(file):
    text = file.read_text()
    assert len(text.splitlines()) <= LINES
    assert "\t" not in text
    assert not MACHINE_PATH.search(text)


def test_machine_paths_are_told_from_other_slashes():
    assert MACHINE_PATH.search('open("/home/me/data")')
    assert not MACHINE_PATH.search("https://github.com/work/tmp/x, a/tmp/b and T/home")

"""The rules of the house that a machine can check: who imports whom, what is where, how long."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import neurons

ROOT = Path(__file__).parents[1]
FOLDERS = ["neurons", "suites", "reports", "ci", "examples", "tests"]
ALLOWED = {  # which other folders a folder may import; the longest prefix counts
    "neurons": set(),
    "suites": {"neurons"},
    "reports": set(),
    "ci/gate": {"reports"},
    "ci/plugins": {"suites"},
    "ci": {"neurons", "suites", "reports"},
    "examples": {"neurons", "suites", "reports"},
}
MODULES = sorted(file for folder in FOLDERS[:-1] for file in (ROOT / folder).rglob("*.py"))
TESTS = sorted(f for f in (ROOT / "tests").rglob("*.py") if "vectors" not in f.parts)
SUITES = [file for file in MODULES if file.relative_to(ROOT).parts[0] == "suites"]
# What is inside a kernel has no public name; without these modules there is none.
INSIDE = {"suites/kernels/calls.py", "suites/kernels/compile.py"}
MODELS = [file for file in MODULES if file.parent == ROOT / "neurons" / "models"]
LINES, FUNCTION = 250, 40  # about 200 and 30 by the rule; one idea may take a little more

BENCHMARK = re.compile(r"(time|timeraw|track|mem|peakmem)_")
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
    prefix = max((p for p in ALLOWED if name(file).startswith(f"{p}/")), key=len)
    folders = {dotted.partition(".")[0] for dotted in imports(file)} & set(FOLDERS)
    if name(file) == "ci/gate/worker.py":  # runs in the process of a side, which has its neurons
        folders -= {"neurons"}
    assert folders <= ALLOWED[prefix] | {file.relative_to(ROOT).parts[0]}


@pytest.mark.parametrize("file", MODELS, ids=name)
def test_models_import_only_what_equations_need(file):
    allowed = re.compile(r"(neurons\.(circuits|contract|fire|scan)|torch)(\.|$)")
    others = {dotted for dotted in imports(file) if not allowed.match(dotted)}
    assert {dotted.partition(".")[0] for dotted in others} <= sys.stdlib_module_names


@pytest.mark.parametrize("file", SUITES, ids=name)
def test_suites_use_the_public_names_of_neurons(file):
    """Another one might be missing in an old commit, whose rows would turn into n/a."""
    if name(file) in INSIDE:
        return
    public = {f"neurons.{name}" for name in neurons.__all__}
    assert {dotted for dotted in imports(file) if dotted.startswith("neurons.")} <= public
    used = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "neurons"
    }
    assert used <= set(neurons.__all__)


@pytest.mark.parametrize("file", [f for f in SUITES if f.name != "suite.py"], ids=name)
def test_benchmarks_of_asv_are_in_suite_py_alone(file):
    functions = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions if BENCHMARK.match(f.name)] == []


@pytest.mark.parametrize("file", [f for f in SUITES if f.name == "suite.py"], ids=name)
def test_a_suite_is_a_folder_of_suites(file):
    assert file.parent.parent == ROOT / "suites"


@pytest.mark.parametrize("file", MODELS, ids=name)
def test_models_name_their_source(file):
    docstring = ast.get_docstring(ast.parse(file.read_text()))
    assert file.name == "__init__.py" or "Source:" in docstring


@pytest.mark.parametrize("file", [*MODULES, *TESTS], ids=name)
def test_files_are_short_and_clean(file):
    text = file.read_text()
    assert len(text.splitlines()) <= LINES
    assert "\t" not in text
    assert not MACHINE_PATH.search(text) or file == Path(__file__)


@pytest.mark.parametrize("file", [*MODULES, *TESTS], ids=name)
def test_functions_are_short(file):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, kinds)]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions}
    assert {name: lines for name, lines in long.items() if lines > FUNCTION} == {}


def test_machine_paths_are_told_from_other_slashes():
    assert MACHINE_PATH.search('open("/home/me/data")')
    assert not MACHINE_PATH.search("https://github.com/work/tmp/x, a/tmp/b and T/home")

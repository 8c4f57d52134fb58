"""The wheel holds `neurons` alone, typed, and works in an environment without the checkout."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

import neurons

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
FILES = ["pyproject.toml", "README.md", "LICENSE"]
FOLDERS = ["neurons", "suites", "reports", "ci", "tests"]
FORWARD = """
import sys
import torch
import neurons

print(neurons.__file__)
x = torch.full((4, 2, 3), 0.6)
for backend in sys.argv[1:]:
    layer = neurons.Layer("lif", backend=backend)
    print(layer.backend, *layer(x)[:, 0, 0].int().tolist())
"""
TYPED = """
import neurons

reveal_type(neurons.names())
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return what it prints; if it fails, show that."""
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a copy: in the checkout, an old build/ would add its files."""
    if find_spec("setuptools") is None:
        pytest.skip("needs setuptools to build a wheel")
    copy = tmp_path_factory.mktemp("copy")
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", "vectors")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    run(*PIP, "wheel", "--quiet", "--no-deps", "--no-build-isolation", ".", cwd=copy)
    (built,) = copy.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Path:
    """Return a fresh environment with nothing but the wheel."""
    folder = wheel.parent / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=wheel.parent)
    run(*PIP, "--python", folder, "install", "--quiet", "--no-deps", wheel, cwd=wheel.parent)
    return folder


def site_packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def test_it_holds_neurons_and_nothing_else(wheel):
    files = (f for f in (ROOT / "neurons").rglob("*") if f.is_file())
    expected = {str(f.relative_to(ROOT)) for f in files if "__pycache__" not in f.parts}
    assert "neurons/py.typed" in expected
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in packed if ".dist-info/" not in name} == expected


def test_its_metadata_is_complete(environment):
    (info,) = site_packages(environment).glob("*.dist-info")
    metadata = PathDistribution(info).metadata.json
    assert metadata["name"] == "spikebench"
    assert metadata["license_expression"] == "Apache-2.0"
    assert {"numpy", "torch"} <= set(metadata["requires_dist"])
    assert metadata["description"] == (ROOT / "README.md").read_text(encoding="utf-8")
    wanted = ("summary", "author", "keywords", "requires_python", "license_file")
    assert [key for key in wanted if not metadata.get(key)] == []
    assert "Typing :: Typed" in metadata["classifier"]


def test_mypy_reads_its_types(environment):
    """Without torch, which takes mypy long to read."""
    (environment / "typed.py").write_text(TYPED)
    python = environment / "bin" / "python"
    options = ["--python-executable", python, "--cache-dir", environment / "cache"]
    command = [sys.executable, "-m", "mypy", *options, "--follow-imports=silent", "typed.py"]
    assert 'Revealed type is "list[str]"' in run(*command, cwd=environment)


def test_it_runs(environment):
    neuron = neurons.get("lif")
    backends = [b for b in ("eager", "cpu") if neurons.backends.refusal(neuron, b) is None]
    others = Path(torch.__file__).parents[1]
    (site_packages(environment) / "others.pth").write_text(f"{others}\n")  # torch and numpy
    command = [environment / "bin" / "python", "-c", FORWARD, *backends]
    file, *printed = run(*command, cwd=environment).splitlines()
    assert Path(file).is_relative_to(environment)
    # h = 0.6, 0.9, 1.05, 0.6: the third step is the first above the threshold
    assert printed == [f"{backend} 0 0 1 0" for backend in backends]

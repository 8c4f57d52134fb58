"""Models are files, or come from other packages through an entry point."""

from pathlib import Path

import pytest

import neurons
from neurons import registry
from tests.neurons.samples import assert_one_line

FILES = Path(neurons.__file__).parent / "models"

GUEST = '''
"""LIF under another name."""

from typing import NamedTuple

from neurons import Neuron
from neurons.models.lif import State, start, step


class Params(NamedTuple):
    tau: float = 2.0
    v_th: float = 1.0
    v_reset: float = 0.0
    decay: str = "linear"
    decay_input: bool = False


NEURON = Neuron(Params, State, step, start=start)
'''


@pytest.fixture
def guest(tmp_path, monkeypatch):
    """Install a package that offers the model `guest`."""
    (tmp_path / "cafe").mkdir()
    (tmp_path / "cafe" / "__init__.py").touch()
    (tmp_path / "cafe" / "guest.py").write_text(GUEST)
    about = tmp_path / "cafe-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: cafe\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[neurons.models]\nguest = cafe.guest:NEURON\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_names_are_the_model_files():
    files = {file.stem for file in FILES.glob("*.py") if not file.stem.startswith("_")}
    assert neurons.names() == sorted(files)
    assert {"lif", "plif", "psn", "sliding_psn", "dsn"} <= set(neurons.names())


@pytest.mark.parametrize("name", neurons.names())
def test_a_model_knows_its_name_and_has_a_form(name):
    neuron = neurons.get(name)
    assert neuron.name == name
    assert neuron.step or neuron.sequence
    assert (neuron.State is None) == (neuron.step is None and not neuron.running)
    assert set(neuron.learnable) <= set(neuron.Params._fields)
    assert neurons.get(name) is neuron


def test_unknown_names_are_one_line():
    with pytest.raises(ValueError) as error:
        neurons.get("lfi")
    assert_one_line(error, "no neuron 'lfi'; did you mean 'lif'?", *neurons.names())


def test_other_files_are_no_models(monkeypatch, tmp_path):
    (tmp_path / "models").mkdir()
    for name in ("dsn.py", "__init__.py", "_shared.py", "notes.md"):
        (tmp_path / "models" / name).touch()
    monkeypatch.setattr(registry, "__file__", str(tmp_path / "registry.py"))
    assert neurons.names() == ["dsn"]


def test_other_packages_add_models_by_entry_point(guest):
    assert "guest" in neurons.names()
    assert neurons.get("guest").name == "guest"
    assert neurons.Layer("guest", tau=3.0).params.tau == 3.0
    with pytest.raises(ValueError) as error:
        neurons.get("gest")
    assert_one_line(error, "did you mean 'guest'?")


def test_models_disappear_with_their_package():
    assert "guest" not in neurons.names()

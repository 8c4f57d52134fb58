"""Models by name: the files of `models/`, and those of other packages.

Another package adds a model through the entry-point group `neurons.models`:

    [project.entry-points."neurons.models"]
    my_neuron = "my_package.my_neuron:NEURON"
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from neurons.contract import Neuron, one_of

GROUP = "neurons.models"


def _files() -> set[str]:
    """Return the names of the model files."""
    return {file.stem for file in (Path(__file__).parent / "models").glob("[!_]*.py")}


def _entries() -> dict[str, EntryPoint]:
    """Return the models of other packages."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def names() -> list[str]:
    """Return the names of all models, sorted."""
    return sorted(_files() | _entries().keys())


def get(name: str) -> Neuron:
    """Return the model called `name`; raise ValueError with the known names if there is none."""
    if one_of("no neuron", name, names()) in _files():
        return importlib.import_module(f"neurons.models.{name}").NEURON
    neuron = _entries()[name].load()
    if neuron.name != name:
        raise ValueError(f"entry point {name!r} loads the file {neuron.name!r}; rename one of them")
    return neuron

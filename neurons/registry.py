"""Models by name: the files of `models/`, and what other packages register.

A third-party package offers a neuron through the entry-point group `neurons.models`:

    [project.entry-points."neurons.models"]
    my_neuron = "my_package.my_neuron:NEURON"
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from neurons.contract import Neuron, one_of

GROUP = "neurons.models"
KERNELS = ("_triton", "_cpu")


def _files() -> set[str]:
    """Model files; `dsn_triton.py` beside `dsn.py` is a kernel, not a model."""
    files = (Path(__file__).parent / "models").glob("[!_]*.py")
    return {file.stem for file in files if not file.stem.endswith(KERNELS)}


def _guests() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def names() -> list[str]:
    """All models that `get` knows, sorted."""
    return sorted(_files() | _guests().keys())


def get(name: str) -> Neuron:
    """The model called `name`; ValueError with the known names if there is none."""
    if one_of("no neuron", name, names()) in _files():
        return importlib.import_module(f"neurons.models.{name}").NEURON
    guest = _guests()[name].load()
    if guest.name != name:
        raise ValueError(f"entry point {name!r} leads to the file {guest.name!r}; rename either")
    return guest

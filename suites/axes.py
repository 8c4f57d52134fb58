"""The values of the axes, read from the files of the working tree without importing `neurons`.

asv hands a commit the *index* of a parameter, so every commit must see the same list. A commit that
lacks a model, or a backend that cannot run it, raises NotImplementedError in `setup` and is n/a.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]


class Backend(NamedTuple):
    """The fields of a backend's record that the axes need; see `neurons.backends`."""

    name: str
    devices: tuple[str, ...] = ("cpu", "cuda")  # torch device types it runs on
    serial: bool = False  # runs one step after the other, also a model with a parallel form
    compiled: bool = False  # compiles at the first call
    starts_fast: bool = True  # the first call takes about a second at most


def models() -> list[str]:
    """Return the models: the files of `neurons/models`."""
    return _files("neurons/models")


@cache
def forms(model: str) -> frozenset[str]:
    """Return which of "step" and "sequence" the file of a model defines."""
    names: set[str] = set()
    for line in _parsed(f"neurons/models/{model}.py").body:
        if isinstance(line, ast.FunctionDef):
            names.add(line.name)
        elif isinstance(line, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in line.names}
    return frozenset(names & {"step", "sequence"})


@cache
def backends() -> tuple[Backend, ...]:
    """Return the backends: the files of `neurons/backends`, with the fields of their records."""
    return tuple(_backend(name) for name in _files("neurons/backends"))


def _backend(name: str) -> Backend:
    record = _assigned(f"neurons/backends/{name}.py", "BACKEND")
    keywords = record.keywords if isinstance(record, ast.Call) else []
    facts: dict[str, Any] = {k.arg: ast.literal_eval(k.value) for k in keywords if k.arg}
    return Backend(name, **{key: v for key, v in facts.items() if key in Backend._fields})


def surrogates() -> list[str]:
    """Return the surrogates that `neurons/fire.py` registers."""
    table = _assigned("neurons/fire.py", "SURROGATES")
    assert isinstance(table, ast.DictComp)
    functions = table.generators[0].iter
    assert isinstance(functions, ast.Tuple)
    return sorted(ast.unparse(function) for function in functions.elts)


@cache
def peers() -> dict[str, tuple[str, ...]]:
    """Return the other libraries with the torch device types on which their adapters run."""
    return {name: _devices(f"suites/peers/{name}.py") for name in _files("suites/peers")}


def _devices(file: str) -> tuple[str, ...]:
    devices = _assigned(file, "DEVICES")
    return ("cpu", "cuda") if devices is None else ast.literal_eval(devices)


def serial_runners(model: str) -> list[str]:
    """Return the backends and peers that run one step of a model after the other.

    They all do if the model has no parallel form. If it has one, they use it, except the backends
    that declare themselves serial.
    """
    if "step" not in forms(model):
        return []
    if "sequence" not in forms(model):
        return [*(b.name for b in backends() if b.name != "serial"), *peers()]
    return [b.name for b in backends() if b.serial]


def _files(folder: str) -> list[str]:
    return sorted(file.stem for file in (ROOT / folder).glob("[!_]*.py"))


@cache
def _parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def _assigned(file: str, name: str) -> ast.expr | None:
    """Return the expression that a file assigns to a name at its top level, or None."""
    for line in _parsed(file).body:
        targets = line.targets if isinstance(line, ast.Assign) else []
        targets = [line.target] if isinstance(line, ast.AnnAssign) else targets
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return line.value  # type: ignore[attr-defined]
    return None

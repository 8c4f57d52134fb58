"""What the working tree offers to the axes, read from its files without importing `neurons`.

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
    """What a backend's file says of it; see `neurons.backends`."""

    name: str
    devices: tuple[str, ...] = ("cpu", "cuda")  # torch device types it runs on
    serial: bool = False  # takes one step after the other, also of a model with a parallel form
    compiled: bool = False  # compiles at the first call
    starts_fast: bool = True  # that first call takes about a second at most


def models() -> list[str]:
    """List the models: the files of `neurons/models`."""
    return _files("neurons/models")


@cache
def forms(model: str) -> frozenset[str]:
    """Return which of "step" and "sequence" the file of a model defines."""
    bound: set[str] = set()
    for line in _parsed(f"neurons/models/{model}.py").body:
        if isinstance(line, ast.FunctionDef):
            bound.add(line.name)
        elif isinstance(line, ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in line.names}
    return frozenset(bound & {"step", "sequence"})


@cache
def backends() -> tuple[Backend, ...]:
    """List the backends: the files of `neurons/backends`, each with what its record says."""
    return tuple(_backend(name) for name in _files("neurons/backends"))


def _backend(name: str) -> Backend:
    record = _assigned(f"neurons/backends/{name}.py", "BACKEND")
    keywords = record.keywords if isinstance(record, ast.Call) else []
    facts: dict[str, Any] = {k.arg: ast.literal_eval(k.value) for k in keywords if k.arg}
    return Backend(name, **{key: v for key, v in facts.items() if key in Backend._fields})


def surrogates() -> list[str]:
    """List the surrogates that `neurons/fire.py` registers."""
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
    """List the backends and peers that take one step of a model after the other.

    A model without a parallel form is serial everywhere. Where it has one, eager code and other
    libraries take it, and all that is generated or compiled from its steps does not.
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
    """The expression that a file assigns to a name at its top level; None if it does not."""
    for line in _parsed(file).body:
        targets = line.targets if isinstance(line, ast.Assign) else []
        targets = [line.target] if isinstance(line, ast.AnnAssign) else targets
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return line.value  # type: ignore[attr-defined]
    return None

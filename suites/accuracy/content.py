"""What determines the result of a trial beside its fields: the code, the libraries, the device.

The code of a trial is every file that its training may run: those of `neurons` but the other
models, and of `suites` the trainer, the losses, the files of task and network, and what these
import. So a new task or model changes the key of no other trial, and no key depends on the code
that stores or shows results.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import neurons
import suites
from suites.accuracy.trial import Trial

FOLDERS = {package.__name__: Path(*package.__path__) for package in (neurons, suites)}
MODELS = "neurons.models"
LIBRARIES = ("torch", "triton", "numpy", "scikit-learn")


class Content(NamedTuple):
    """What a result depends on beside its trial."""

    code: str  # a digest
    libraries: str  # Python's version, which ships the text of a task, and those of LIBRARIES
    device: str  # "cpu", in float32, or "cuda", with autocast


def of(trial: Trial, device: str) -> Content:
    """Return the content of a trial on a device, from the files as they are now."""
    return Content(code(trial), libraries(), device)


def key(trial: Trial, content: Content) -> str:
    """Return the digest of a trial and its content: the same key, the same result."""
    fields = json.dumps([trial._asdict(), content._asdict()], sort_keys=True)
    return hashlib.sha256(fields.encode()).hexdigest()


def code(trial: Trial) -> str:
    """Return the digest of the code of a trial."""
    return digest(sources(trial))


def digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of source files by their dotted names."""
    total = hashlib.sha256()
    for name, source in sorted(files.items()):
        total.update(f"{name} {len(source)}\n".encode() + source)
    return total.hexdigest()


@cache
def libraries() -> str:
    """Return the versions of Python and of the libraries that are installed, in one line."""
    versions = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(versions)


def commit() -> str:
    """Return the commit that asv measures, else that of the checkout; "" without git.

    The latter has "-dirty" at its end if a file differs.
    """
    if measured := os.environ.get("ASV_COMMIT"):
        return measured
    describe = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(describe, cwd=FOLDERS["suites"], capture_output=True, text=True)
    except OSError:
        return ""
    return answer.stdout.strip()


def sources(trial: Trial) -> dict[str, bytes]:
    """Return the source of every file of a trial by its dotted name, as `suites.accuracy.task`."""
    found = reached(_started(trial))
    if f"{MODELS}.{trial.model}" not in found:  # of another package
        params = neurons.get(trial.model).Params
        found[params.__module__] = Path(inspect.getfile(params)).read_bytes()
    return found


def shared() -> Iterator[str]:
    """Yield the modules of `neurons` that run with any model."""
    yield from (name for name in below("neurons") if not name.startswith(f"{MODELS}."))


def reached(modules: Iterable[str]) -> dict[str, bytes]:
    """Return the sources of these modules of ours, and of those that they import, by name."""
    found: dict[str, bytes] = {}
    waiting = [*modules]
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if file is None or name in found:
            continue
        found[name] = file.read_bytes()
        waiting += [name.rpartition(".")[0], *_imported(found[name])]
    return found


def _started(trial: Trial) -> Iterator[str]:
    """Yield the files that are imported by name, which the imports of others do not show."""
    suite = "suites.accuracy"
    yield from shared()
    yield from (f"{MODELS}.{trial.model}", "suites.process", f"{suite}.trainer")
    yield from below(f"{suite}.losses")
    yield from (f"{suite}.{folder}.{trial.task}" for folder in ("tasks", "datasets"))
    yield f"{suite}.networks.{trial.network}"


def below(package: str) -> Iterator[str]:
    """Yield the modules of a package and of its packages."""
    top, _, rest = package.partition(".")
    for file in FOLDERS[top].joinpath(*rest.split(".")).rglob("*.py"):
        parts = file.relative_to(FOLDERS[top]).with_suffix("").parts
        yield ".".join((top, *parts)).removesuffix(".__init__")


def _file(name: str) -> Path | None:
    """Return the file of a module; None for what is no module of ours."""
    top, *parts = name.split(".")
    if top not in FOLDERS:
        return None
    folder = FOLDERS[top].joinpath(*parts)
    candidates = (folder.with_suffix(".py"), folder / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


@cache
def _imported(source: bytes) -> tuple[str, ...]:
    """Return the dotted names that a source imports, also inside its functions."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)

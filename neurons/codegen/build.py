"""Compiling generated code at its first use, and keeping the result for later processes."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

# No -ffast-math and no fused multiply-add: both flip spikes. errno and floating-point traps are
# not used.
FLAGS = ["-O3", "-shared", "-fPIC", "-fopenmp"]
FLAGS += ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]


@cache
def compiler() -> list[str] | None:
    """Return the C compiler: $CC, or the first of cc, gcc and clang; None if there is none."""
    chosen = shlex.split(os.environ.get("CC", ""))
    for command in [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    return None


def folder() -> Path:
    """Return the folder of compiled code: $SPIKEBENCH_CACHE, or the user's cache folder."""
    if chosen := os.environ.get("SPIKEBENCH_CACHE"):
        return Path(chosen)
    user = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or user).expanduser() / "spikebench"


@cache
def refusal() -> str | None:
    """Return why C cannot be compiled here, with the cure; None if it can."""
    if compiler() is None:
        return "there is no C compiler; install gcc, or set CC=..."
    try:
        library("#include <omp.h>\nint threads(void) { return omp_get_max_threads(); }\n")
    except OSError as error:
        return f"{error}; set SPIKEBENCH_CACHE=... to another folder for compiled code"
    except RuntimeError as error:
        return f"{error}; set CC=... to a compiler with OpenMP, such as gcc"
    return None


def library(source: str) -> ctypes.CDLL:
    """Return the shared library of C code, compiled if it is not in the cache.

    Several processes may build the same library at once: each compiles to another file and moves
    it into place. Raise RuntimeError with the compiler's first error.
    """
    command = [*(compiler() or ["cc"]), *FLAGS]
    name = hashlib.sha256("\0".join([*command, source]).encode()).hexdigest()[:32]
    path = folder() / f"{name}.so"
    if not path.exists():
        _compile(command, source, path)
    return ctypes.CDLL(str(path))


def _compile(command: list[str], source: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        text, compiled = Path(directory, "kernel.c"), Path(directory, "kernel.so")
        text.write_text(source)
        process = subprocess.run(
            [*command, str(text), "-o", str(compiled), "-lm"], capture_output=True, text=True
        )
        if process.returncode:
            lines = process.stderr.splitlines() or [f"it exited with {process.returncode}"]
            first = next((line for line in lines if "error" in line), lines[0])
            raise RuntimeError(f"{command[0]} cannot compile generated code: {first}")
        compiled.replace(path)


def module(source: str) -> ModuleType:
    """Return the module of Python code, from a file: Triton reads a kernel's text there."""
    name = hashlib.sha256(source.encode()).hexdigest()[:32]
    path = folder() / f"kernels_{name}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as directory:
            text = Path(directory, path.name)
            text.write_text(source)
            text.replace(path)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded

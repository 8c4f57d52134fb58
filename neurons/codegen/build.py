"""Compiling generated code on first use, once per machine."""

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

# No -ffast-math and no fused multiply-add: either flips spikes. What is given up here, errno and
# floating-point traps, nobody reads.
FLAGS = ["-O3", "-shared", "-fPIC", "-fopenmp"]
FLAGS += ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]


@cache
def compiler() -> list[str] | None:
    """The system's C compiler: $CC, or the first of cc, gcc and clang; None if there is none."""
    asked = shlex.split(os.environ.get("CC", ""))
    for command in [asked] if asked else [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    return None


def folder() -> Path:
    """Where compiled code is kept: $SPIKEBENCH_CACHE, or the user's cache folder."""
    if chosen := os.environ.get("SPIKEBENCH_CACHE"):
        return Path(chosen)
    user = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or user).expanduser() / "spikebench"


@cache
def refusal() -> str | None:
    """Why nothing can be compiled here, with the cure; None if it can."""
    if compiler() is None:
        return "generated C needs a compiler; install gcc, or say CC=..."
    try:
        library("#include <omp.h>\nint threads(void) { return omp_get_max_threads(); }\n")
    except OSError as error:
        return f"{error}; say SPIKEBENCH_CACHE=... for another place to keep compiled code"
    except RuntimeError as error:
        return f"{error}; say CC=... for a compiler with OpenMP, such as gcc"
    return None


def library(source: str) -> ctypes.CDLL:
    """The shared library of this source, from the cache or compiled into it.

    Processes that build the same at once do not disturb each other: each compiles to a file of
    its own and moves it into place. Raises RuntimeError with the compiler's first error.
    """
    command = [*(compiler() or ["cc"]), *FLAGS]
    name = hashlib.sha256("\0".join([*command, source]).encode()).hexdigest()[:32]
    path = folder() / f"{name}.so"
    if not path.exists():
        _compile(command, source, path)
    return ctypes.CDLL(str(path))


def _compile(command: list[str], source: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as room:
        text, made = Path(room, "kernel.c"), Path(room, "kernel.so")
        text.write_text(source)
        ran = subprocess.run(
            [*command, str(text), "-o", str(made), "-lm"], capture_output=True, text=True
        )
        if ran.returncode:
            lines = ran.stderr.splitlines() or [f"it exited with {ran.returncode}"]
            first = next((line for line in lines if "error" in line), lines[0])
            raise RuntimeError(f"{command[0]} cannot compile generated code: {first}")
        made.replace(path)


def module(source: str) -> ModuleType:
    """The Python module of this source; Triton wants to read a kernel's text in a file."""
    name = hashlib.sha256(source.encode()).hexdigest()[:32]
    path = folder() / f"kernels_{name}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as room:
            text = Path(room, path.name)
            text.write_text(source)
            text.replace(path)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made

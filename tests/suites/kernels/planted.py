"""Run `python -m suites.kernels` on a copy of the package, with a fault planted in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]


class Fault(NamedTuple):
    """A change of one file of the package."""

    file: str
    pattern: str
    replacement: str


def copy(folder: Path, fault: Fault) -> Path:
    """Copy the package to a folder, plant the fault, and return the folder."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "neurons", folder / "neurons", ignore=ignored)
    (folder / "suites").symlink_to(ROOT / "suites")
    path = folder / "neurons" / fault.file
    text, count = re.subn(fault.pattern, fault.replacement, path.read_text(), flags=re.MULTILINE)
    assert count == 1, f"{fault.pattern} is {count} times in {fault.file}"
    path.write_text(text)
    return folder


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the package in a folder, in a process that compiles kernels."""
    environment = os.environ | {"TRITON_INTERPRET": "0", "PYTHONPATH": str(root)}
    line = [sys.executable, "-P", "-m", "suites.kernels", *arguments]
    return subprocess.run(line, capture_output=True, text=True, env=environment, cwd=root)


def counters(root: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """Return the rows of the command for one model, by pass."""
    run = command(root, *arguments, "--json")
    assert run.returncode == 0, run.stderr
    return {row["pass"]: row for row in json.loads(run.stdout)}

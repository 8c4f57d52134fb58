"""Keep every benchmark's rows as soon as it has run.

Left alone, `asv run` writes its result file when the last benchmark is done; interrupted before,
it has nothing. So this plugin, which `asv.conf.json` names under `plugins`, has asv write the file
after each one, aside first, so that a kill in between leaves the file whole.
"""

from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asv.results import Results

_load, _add = Results.load_data, Results.add_result


def setup() -> None:
    """Called by asv at the start of every command."""
    Results.load_data, Results.add_result = load_data, add_result


@wraps(_load)
def load_data(self: Any, result_dir: str) -> None:
    """asv calls this before a run whose results it will save, and only then."""
    self._kept_in = result_dir
    _load(self, result_dir)


@wraps(_add)
def add_result(self: Any, *arguments: Any, **options: Any) -> None:
    _add(self, *arguments, **options)
    if hasattr(self, "_kept_in"):
        save(self, Path(self._kept_in))


def save(results: Any, folder: Path) -> None:
    with TemporaryDirectory(dir=folder, prefix=".") as aside:
        results.save(aside)
        file = next(Path(aside).glob("*/*.json"))
        file.replace(folder / file.relative_to(aside))

"""Save the rows of every benchmark as soon as it has run.

`asv run` writes its result file after the last benchmark: interrupted before, it has saved nothing.
This plugin makes asv write the file after every benchmark. It is written to another folder first
and then moved, so that the file is complete even if asv is killed in between.
"""

from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asv.results import Results

_load, _add = Results.load_data, Results.add_result


def setup() -> None:
    """Replace the two methods of asv; asv calls this at the start of every command."""
    Results.load_data, Results.add_result = load_data, add_result


@wraps(_load)
def load_data(self: Any, result_dir: str) -> None:
    """Load older rows and note the folder: asv calls this only before a run that it will save."""
    self._saved_in = result_dir
    _load(self, result_dir)


@wraps(_add)
def add_result(self: Any, *arguments: Any, **options: Any) -> None:
    """Add the rows of a benchmark and save the file."""
    _add(self, *arguments, **options)
    if hasattr(self, "_saved_in"):
        save(self, Path(self._saved_in))


def save(results: Any, folder: Path) -> None:
    """Write the result file into a hidden folder, then move it to its place."""
    with TemporaryDirectory(dir=folder, prefix=".") as scratch:
        results.save(scratch)
        file = next(Path(scratch).glob("*/*.json"))
        file.replace(folder / file.relative_to(scratch))

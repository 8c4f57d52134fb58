"""One set of results for the tests of the site, of its sections and of the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import site
from reports.view import View, choose
from tests.reports import known, synthetic


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an older commit without dsn, and a newer one on two machines."""
    root = tmp_path_factory.mktemp("asv") / "results"
    older = {"commit": "b" * 40, "date": synthetic.JUNE - 10**8}
    synthetic.write(root, known.BENCHMARKS, known.before_dsn, **older)
    synthetic.write(root, known.BENCHMARKS, known.value)
    gpu = {"machine": "gpu", "facts": {"gpu": "H200"}}
    synthetic.write(root, known.BENCHMARKS, known.value, **gpu)
    return root


@pytest.fixture(scope="session")
def view(root: Path) -> View:
    return choose(root, commit="aaaa", machine="box")


@pytest.fixture(scope="session")
def files(view: View) -> dict[str, str]:
    """Return the text of every file of the site by its path."""
    return site.files(view)

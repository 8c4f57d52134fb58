"""One set of results for the tests of the site, of its sections and of the command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports import site
from reports.view import View, choose
from tests.reports import known, synthetic
from tests.reports.chromium import CURE, WIDE


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    names = ("chromium", "chromium-browser", "chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    playwright = pytest.importorskip("playwright.sync_api", reason=CURE)
    if program is None:
        pytest.skip(f"no Chromium: {CURE}")
    with playwright.sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = started.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """Return an empty page; what it complains of fails the test."""
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda request: problems.append(request.url))
    yield page
    context.close()
    assert problems == []

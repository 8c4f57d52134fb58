"""`python -m reports build --pdf FILE`: chosen sections as one document."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reports import paper
from reports.__main__ import main
from reports.view import View
from tests.reports.parser import Page


def test_the_document_has_the_sections_in_the_order_they_were_named(view: View) -> None:
    page = Page(paper.html(view, ["energy", "accuracy"]))
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("h2"), tags.count("figure")) == (2, 4)
    assert page.text.index("Estimated energy") < page.text.index("Test error of a small network")
    assert not [target for target in page.values("src") if not target.startswith("data:")]


@pytest.mark.slow
def test_without_names_it_has_all_sections_that_were_measured(view: View) -> None:
    energy = replace(view, frame=view.frame[view.frame["suite"] == "energy"])
    text = Page(paper.html(replace(energy, history=energy.frame))).text
    assert "Energy" in text and "How near the floor" not in text


def test_an_error_is_one_line(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    arguments = ["--results", str(root), "--machine", "box", "--pdf", str(tmp_path / "x.pdf")]
    assert main(["build", *arguments]) == 2
    error = capsys.readouterr().err
    assert "looked for chromium, chromium-browser, google-chrome, chrome; install" in error
    assert error.count("\n") == 1 and not [*tmp_path.iterdir()]


def test_an_unknown_or_empty_section_is_named_with_the_cure(view: View) -> None:
    with pytest.raises(ValueError, match=r"no section 'enrgy'; did you mean 'energy'. known: acc"):
        paper.html(view, ["enrgy"])
    empty = replace(view, frame=view.frame[view.frame["suite"] == "properties"])
    with pytest.raises(ValueError, match=r"'energy' was not measured; measure it: asv run .*ergy"):
        paper.html(empty, ["properties", "energy"])


@pytest.mark.slow
def test_a_browser_that_fails_is_named(view: View, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"false could not print .*x.pdf: no reason given"):
        paper._print("false", tmp_path / "paper.html", tmp_path / "x.pdf")


@pytest.mark.slow
@pytest.mark.skipif(not any(map(shutil.which, paper.BROWSERS)), reason="no Chromium")
def test_chromium_prints_it(view: View, tmp_path: Path) -> None:
    written = paper.write(view, tmp_path / "new" / "paper.pdf", ["energy"])
    content = written.read_bytes()
    assert content.startswith(b"%PDF") and b"/Page" in content

"""The page and the Markdown summary."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports import page, sections
from reports.view import View
from tests.reports.known import MODELS

pytestmark = pytest.mark.slow


class _Page(HTMLParser):
    """Collects all elements, and fails on one that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def parsed(html: str) -> _Page:
    parser = _Page()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_page_loads_nothing(html: str, parsed: _Page) -> None:
    for tag, attributes in parsed.elements:
        for name in ("src", "href", "data", "srcset"):
            target = attributes.get(name) or ""
            assert target == "data:," or not re.match(r"\w+:|//", target), (tag, target)
        assert not (tag == "script" and "src" in attributes)
    assert not re.search(r"https?://|@import|url\((?!#)", html)


def test_page_has_every_section(parsed: _Page) -> None:
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    names = {section.__name__.rsplit(".", 1)[-1] for section in sections.load()}
    assert names == set(ids) & names
    uses = [attributes for tag, attributes in parsed.elements if tag == "use"]
    targets = {(attributes["href"] or "").removeprefix("#") for attributes in uses}
    assert targets and targets <= set(ids)


def test_figures_take_colours_from_the_page(html: str, parsed: _Page) -> None:
    assert "var(--c)" in html and "currentColor" in html
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, flags=re.S))
    assert not re.search(r"#[0-9a-f]{6}\b", drawings)
    coloured = {attributes.get("data-model") for _, attributes in parsed.elements} - {None}
    assert coloured == set(MODELS)
    for model in MODELS:
        assert html.count(f'[data-model="{model}"]{{--c:') == 2  # light and dark


def test_failures_and_na_are_shown_as_such(html: str) -> None:
    assert "speed.suite.Training.time_training(lif, compile, T=16384 N=1 C=8)" in html
    assert re.search(r'class="number failed"[^>]*>failed<', html)
    assert ">n/a<" in html
    assert "0.00020 over" not in html and re.search(r"2\.0.×.10⁻⁴ over", html)


def test_tables_can_be_sorted(parsed: _Page) -> None:
    heads = [attributes for tag, attributes in parsed.elements if tag == "th"]
    assert heads and all(head["aria-sort"] == "none" for head in heads)
    assert sum(tag == "button" for tag, _ in parsed.elements) == len(heads) + len(MODELS)


def test_page_is_the_same_every_time(view: View, html: str) -> None:
    assert page.html(view) == html


def test_a_note_of_a_peer_is_shown(view: View) -> None:
    noted = replace(view, peers={"spikingjelly": "fires at >"})
    assert "spikingjelly: fires at &gt;." in page.html(noted)
    assert "**spikingjelly:** fires at >" in page.markdown(noted)
    assert "h >= v_th" in view.peers["snntorch"]


def test_markdown(view: View) -> None:
    text = page.markdown(view)
    assert text.startswith("# spikebench, aaaaaaaa on box")
    assert "- `speed.suite.Inference.time_forward(lif, compile, T=16384 N=1 C=8)`" in text
    line = next(line for line in text.splitlines() if line.startswith("| psn | eager | 2.00"))
    assert line.count("2.00") >= 3
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        assert len({row.count("|") for row in table.splitlines()}) == 1

"""Every page of the site: its parts, its links' style, and text that only looks like markup."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from reports import page, sections, site
from reports.view import Commit, View
from tests.reports.known import MODELS
from tests.reports.parser import Page
from tests.reports.test_records import finding

pytestmark = pytest.mark.slow
HOSTILE = '<script>alert(1)</script> & "><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def pages(files: dict[str, str]) -> dict[str, Page]:
    return {name: Page(text) for name, text in files.items() if name.endswith(".html")}


def drawings(files: dict[str, str]) -> Iterator[str]:
    for text in files.values():
        yield from re.findall(r"<svg.*?</svg>", text, flags=re.S)


def test_a_page_loads_one_style_sheet_and_one_script(pages: dict[str, Page]) -> None:
    for name, parsed in pages.items():
        root = "../" * name.count("/")
        scripts = [attributes["src"] for attributes in parsed.all("script")]
        sheets = [own["href"] for own in parsed.all("link") if own["rel"] == "stylesheet"]
        assert (scripts, sheets) == ([f"{root}site.js"], [f"{root}style.css"]), name
        for attribute in ("src", "href", "data", "srcset"):
            for target in parsed.values(attribute):
                assert not re.match(r"(?!data:)\w+:|//", target), (name, target)


def test_no_file_names_another_host(files: dict[str, str]) -> None:
    for name, text in files.items():
        addresses = re.findall(r"https?://[\w./]+|@import|url\((?!#)", text)
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, name


def test_every_section_is_on_one_page(pages: dict[str, Page]) -> None:
    for section in sections.load():
        name = section.__name__.rsplit(".", 1)[-1]
        holders = [file for file, parsed in pages.items() if name in parsed.values("id")]
        assert holders == [f"{section.PAGE}.html"]


def test_a_page_marks_itself_in_the_navigation(pages: dict[str, Page]) -> None:
    for listed in site.PAGES:
        current = [own["href"] for own in pages[listed.file].all("a") if "aria-current" in own]
        assert current == [listed.file]


def test_a_page_has_one_title_its_parts_and_its_language(pages: dict[str, Page]) -> None:
    titles = set()
    for name, parsed in pages.items():
        tags = [tag for tag, _ in parsed.elements]
        assert [tags.count(tag) for tag in ("h1", "header", "main", "footer", "title")] == [1] * 5
        assert parsed.all("html") == [{"lang": "en"}]
        levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
        steps = itertools.pairwise(levels)
        assert all(after - before <= 1 for before, after in steps), name
        titles.add(parsed.all("meta")[3]["content"])
    assert len(titles) == len(pages)


def test_a_page_without_results_says_which_command_measures(view: View) -> None:
    empty = replace(view, frame=view.frame[view.frame["suite"] == "properties"])
    texts = site.files(replace(empty, history=empty.frame))
    for listed in site.PAGES:
        text = Page(texts[listed.file]).text
        assert ("Not measured" in text) == (listed.name != "properties")
        assert "Not measured" not in text or listed.command.split()[0] in text


def test_the_overview_of_few_benchmarks_names_what_measures_the_others(view: View) -> None:
    few = view.frame[(view.frame["suite"] == "speed") & (view.frame["model"] == "lif")]
    text = Page(site.files(replace(view, frame=few, history=few))["index.html"]).text
    commands = [listed.command for listed in site.PAGES]
    named = [command for command in commands if f"({command})" in text]
    assert named == [*commands[2:7], "python -m suites.findings"], "neither speed nor claims"


def test_figures_take_colours_from_the_page(files: dict[str, str]) -> None:
    drawn = "".join(drawings(files))
    assert "var(--c)" in drawn and "currentColor" in drawn
    assert not re.search(r"#[0-9a-f]{6}\b", drawn)
    assert set(re.findall(r'data-model="(\w+)"', drawn)) == set(MODELS)
    for model in MODELS:
        assert files["style.css"].count(f'[data-model="{model}"]{{--c:light-dark(') == 1


def test_every_drawing_says_what_it_shows_or_is_hidden(files: dict[str, str]) -> None:
    for drawn in drawings(files):
        opening = drawn[: drawn.index(">")]
        assert 'aria-hidden="true"' in opening or re.search(r'role="img" aria-label="\w', opening)


def test_failures_and_na_are_shown_as_such(files: dict[str, str]) -> None:
    failure = "speed.suite.Training.time_training(lif, compile, T=16384 N=1 C=8)"
    assert failure in files["index.html"]
    assert re.search(r'class="number failed"[^>]*>failed<', files["speed.html"])
    assert ">n/a<" in files["speed.html"]
    gradients = files["gradients.html"]
    assert "0.00020 over" not in gradients and re.search(r"2\.0.×.10⁻⁴ over", gradients)


def test_tables_can_be_sorted(pages: dict[str, Page]) -> None:
    heads = [head for parsed in pages.values() for head in parsed.all("th") if "aria-sort" in head]
    sorted_ = [head for head in heads if head["aria-sort"] != "none"]
    assert len(heads) > 50 and len(sorted_) == 1  # the matrix, by the names of the models
    assert {head["scope"] for parsed in pages.values() for head in parsed.all("th")} <= {
        "col",
        "row",
    }


def test_the_site_is_the_same_every_time(view: View, files: dict[str, str]) -> None:
    assert site.files(view) == files


def test_a_note_of_a_peer_is_shown(view: View) -> None:
    noted = replace(view, peers={"spikingjelly": "fires at >"})
    assert "spikingjelly: fires at &gt;." in site.files(noted)["speed.html"]
    assert "**spikingjelly:** fires at >" in page.markdown(noted)
    assert "h >= v_th" in view.peers["snntorch"]


def test_hostile_text_is_text_on_every_page(view: View, files: dict[str, str]) -> None:
    """From a commit, a machine, its GPU, a profile, a note, a finding."""
    hostile = replace(
        view,
        commit=Commit("c" * 40, pd.Timestamp(0, tz="UTC"), HOSTILE),
        machine=HOSTILE,
        machine_facts={"gpu": HOSTILE},
        profile=HOSTILE,
        notes=(HOSTILE,),
        records=(finding("holds", HOSTILE, statement=HOSTILE, models=["lif"]),),
    )
    for name, text in site.files(hostile).items():
        if not name.endswith(".html"):
            continue
        parsed = Page(text)
        assert HOSTILE in parsed.text, name
        assert len(parsed.all("script")) == 1
        assert not parsed.values("onerror"), name

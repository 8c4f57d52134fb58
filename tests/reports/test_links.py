"""Every address on every page leads to a file and, with a fragment, to an element."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import replace

import pytest

from reports import site
from reports.view import View
from tests.reports.parser import Page
from tests.reports.test_records import finding

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(view: View) -> dict[str, Page]:
    """Return the pages of a site with a finding about a model of it, by their path."""
    found = finding("holds", "a" * 40, models=["lif", "unknown"])
    files = site.files(replace(view, records=(found,)))
    return {name: Page(text) for name, text in files.items() if name.endswith(".html")}


def test_every_link_leads_somewhere(pages: dict[str, Page], files: dict[str, str]) -> None:
    for name, parsed in pages.items():
        for address in parsed.values("href") + parsed.values("src"):
            if address.startswith("data:"):
                continue
            path, _, fragment = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path or "."))
            target = target if path else name
            assert target in files, (name, address)
            if "=" in fragment:  # it names a series, or what to search for
                assert "explorer" in pages[target].values("class"), (name, address)
            elif fragment:
                assert fragment in pages[target].values("id"), (name, address)


def test_an_id_is_unique_on_its_page(pages: dict[str, Page]) -> None:
    for name, parsed in pages.items():
        repeated = [own for own, count in Counter(parsed.values("id")).items() if count > 1]
        assert repeated == [], name


def test_every_page_can_be_reached_from_the_first(pages: dict[str, Page]) -> None:
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        folder = posixpath.dirname(name)
        links = {address.partition("#")[0] for address in pages[name].values("href")} - {""}
        targets = (posixpath.normpath(posixpath.join(folder, link)) for link in links)
        waiting += [target for target in targets if target in pages]
    assert reached == set(pages)

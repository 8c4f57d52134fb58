"""The series of the history in Chromium: chosen, searched, sorted, pointed at and zoomed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from reports import series, site
from reports.view import choose
from tests.reports import synthetic
from tests.reports.chromium import NARROW, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
COMMITS, HOSTILE = 40, "<img src=x onerror=alert(1)> & </script>"
BENCHMARKS = {
    "speed.suite.Training.time_training": {
        "params": {
            "model": ["lif", "psn"],
            "backend": ["eager"],
            "shape": ["T=16 N=1 C=8", "T=64 N=1 C=8"],
        }
    },
    "memory.suite.Memory.track_peak_bytes": {"params": {"model": ["lif"]}, "unit": "bytes"},
}
PSN = "speed.suite.Training.time_training(psn, eager, T=64 N=1 C=8)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a history in which psn becomes slower by half at the commit 20."""
    folder = tmp_path_factory.mktemp("history")
    for number in range(COMMITS):
        rise = 1.5 if number >= 20 else 1.0
        samples = [1e-3 + 1e-5 * sample for sample in range(10)]
        synthetic.write(
            folder / "results",
            BENCHMARKS,
            lambda name, model, rise=rise, samples=samples, **_: (
                [time * rise for time in samples] if model == "psn" else 2e-3
            ),
            commit=f"{number + 1:08x}" * 5,
            date=synthetic.JUNE + number * 86_400_000,
        )
    view = choose(folder / "results")
    with pytest.MonkeyPatch.context() as patch:
        commits = view.history["commit"].unique()
        patch.setattr(series, "git", lambda *_: "\n".join(f"{c} {HOSTILE}" for c in commits))
        files = site.files(replace(view, records=()))
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return (folder / "history.html").as_uri()


def open_series(page: Page, address: str, fragment: str = "") -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}#{fragment}")
    page.locator(".drawing svg").wait_for()


def wait_for_series(page: Page, name: str) -> None:
    is_shown = "name => document.querySelector('.series figcaption').innerText === name"
    page.wait_for_function(is_shown, arg=name)


def first_and_last(page: Page) -> tuple[str | None, str | None]:
    commit = page.get_by_label("commit", exact=True)
    return commit.get_attribute("min"), commit.get_attribute("max")


def test_the_address_names_the_series(page: Page, address: str) -> None:
    open_series(page, address, f"series={quote(PSN)}")
    assert page.locator(".series figcaption").inner_text() == PSN
    assert page.locator(".drawing circle.jump").count() == 1
    assert page.locator(".jumps li").all_inner_texts()[0].startswith("worse: jump at 00000015")
    page.locator(".series .again summary").press("Enter")
    command = page.locator(".series .again code").inner_text()
    assert command.startswith("asv run EXISTING --bench") and r"\Wpsn\W" in command
    link = page.locator(".explored a").first
    link.press("Enter")
    page.wait_for_function("decodeURIComponent(location.hash).includes('memory')")
    wait_for_series(page, link.inner_text())
    page.go_back()
    wait_for_series(page, PSN)


def test_pointing_and_arrow_keys_show_a_commit_as_text(page: Page, address: str) -> None:
    open_series(page, address, f"series={quote(PSN)}")
    drawing, readout = page.locator(".drawing"), page.locator(".readout")
    drawing.hover(position={"x": 70, "y": 100})
    text = readout.inner_text()
    assert "00000001, 2026-05-28: 1.045 ms (99 % interval" in text and HOSTILE in text
    page.get_by_label("commit", exact=True).press("ArrowRight")
    assert "00000002" in readout.inner_text()
    assert (
        page.get_by_label("commit", exact=True).get_attribute("aria-valuetext")
        == readout.inner_text()
    )


def test_dragging_zooms_and_a_button_undoes_it(page: Page, address: str) -> None:
    open_series(page, address, f"series={quote(PSN)}")
    box = page.locator(".drawing").bounding_box()
    assert box is not None and first_and_last(page) == ("0", "39")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + 90)
    page.mouse.up()
    first, last = first_and_last(page)
    assert 15 < int(first or 0) < 25 and last == "39"
    page.get_by_role("button", name="Reset zoom").press("Enter")
    assert first_and_last(page) == ("0", "39")
    page.get_by_label("from", exact=True).press("ArrowRight")
    assert first_and_last(page) == ("1", "39")


def test_series_are_filtered_and_sorted(page: Page, address: str) -> None:
    open_series(page, address, "words=psn")
    rows = page.locator(".explored tbody tr:visible")
    assert rows.count() == 2 and "of 5 series" in page.locator(".filter output").inner_text()
    assert "psn" in page.locator(".series figcaption").inner_text()
    page.get_by_role("searchbox").fill("jump")
    assert rows.count() == 2
    page.get_by_role("searchbox").fill("")
    head = page.locator(".explored thead th").nth(2)
    head.get_by_role("button").click()
    head.get_by_role("button").click()
    assert "1.50×" in rows.first.inner_text()


def test_a_page_of_a_model_leads_to_its_series(page: Page, address: str) -> None:
    page.goto(address.replace("history.html", "models/psn.html"))
    page.get_by_label("on this page").get_by_role("link", name="History").click()
    page.locator(".drawing svg").wait_for()
    assert page.locator(".explored tbody tr:visible").count() == 2
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_drawing_and_the_table_are_accessible(theme: str, page: Page, address: str) -> None:
    page.emulate_media(color_scheme=theme)
    open_series(page, address, f"series={quote(PSN)}")
    assert violations(page) == {}

"""The site in Chromium, as files: nothing fails, nothing overflows, and every control works."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from reports import comparison, comparison_page, site
from reports.view import View
from tests.reports.chromium import NARROW, WIDE, violations
from tests.reports.known import MODELS
from tests.reports.test_records import finding

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site with a finding and its pictures."""
    folder = tmp_path_factory.mktemp("site")
    records = (finding("does not hold", "a" * 40, models=["lif"]),)
    for name, text in site.files(replace(view, records=records)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.html"))


def test_no_page_is_wider_than_a_phone(page: Page, folder: Path) -> None:
    for width in (NARROW, WIDE):
        page.set_viewport_size(width)
        for name in names(folder):
            page.goto((folder / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width["width"], name
            if width is NARROW:  # what is folded may be wide as well
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                opened = page.evaluate("document.documentElement.scrollWidth")
                assert opened <= width["width"], name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible(theme: str, page: Page, folder: Path) -> None:
    page.emulate_media(color_scheme=theme)
    for name in names(folder):
        page.goto((folder / name).as_uri())
        assert violations(page) == {}, name


def test_a_column_sorts_by_mouse_and_by_keyboard(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())

    def models() -> list[str]:
        return page.locator(".matrix tbody th a").all_inner_texts()

    assert models() == ["dsn", "lif", "psn"]
    head = page.locator(".matrix thead th").nth(1)
    head.get_by_role("button").click()
    assert (models(), head.get_attribute("aria-sort")) == (["dsn", "lif", "psn"], "ascending")
    head.get_by_role("button").press("Enter")
    assert (models(), head.get_attribute("aria-sort")) == (["psn", "lif", "dsn"], "descending")
    page.goto((folder / "accuracy.html").as_uri())
    page.get_by_role("button", name="best").first.click()
    assert page.locator("tbody tr").first.locator("td").first.inner_text() == "dsn"


def test_the_matrix_is_filtered_by_words_and_by_ways(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    rows = page.locator(".matrix tbody tr:visible th a")
    page.get_by_role("searchbox").fill("spiking whole")
    assert rows.all_inner_texts() == ["psn"]
    assert page.locator(".filter output").inner_text() == "1 of 3 models"
    page.get_by_role("searchbox").fill("")
    page.get_by_label("all steps at once").check()
    assert rows.all_inner_texts() == ["dsn", "psn"]
    page.get_by_label("step by step").check()
    assert rows.all_inner_texts() == ["dsn"]


def test_the_theme_is_chosen_and_kept(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    colour = "getComputedStyle(document.body).backgroundColor"
    button, light = page.locator(".theme"), page.evaluate(colour)
    assert button.inner_text() == "Theme: system"
    button.click()
    assert page.evaluate(colour) == light
    button.click()
    dark = page.evaluate(colour)
    assert button.inner_text() == "Theme: dark" and dark != light
    page.goto((folder / "models" / "lif.html").as_uri())
    assert page.evaluate(colour) == dark
    button.click()
    assert page.evaluate(colour) == light


def test_a_chosen_model_stands_out_and_marks_have_names(page: Page, folder: Path) -> None:
    page.goto((folder / "speed.html").as_uri())
    marks = page.locator("#speed svg [data-model]")
    assert page.locator("#speed svg .faint").count() == 0
    titles = page.locator("#speed svg [data-model=lif] > title").all_text_contents()
    assert "lif, eager" in titles
    page.locator(".models [data-model=lif]").click()
    faint = page.locator("#speed svg .faint").count()
    assert 0 < faint < marks.count()
    assert page.locator("#speed svg .faint[data-model=lif]").count() == 0
    page.locator(".models [data-model=lif]").click()
    assert page.locator("#speed svg .faint").count() == 0


def test_the_example_is_copied_or_selected(page: Page, folder: Path) -> None:
    page.goto((folder / "models" / "lif.html").as_uri())
    page.locator("#use .copy").click()
    page.wait_for_function("document.querySelector('.copy').textContent !== 'Copy'")
    assert 'neurons.Layer("lif"' in page.evaluate("getSelection().toString()")


def test_the_command_of_a_figure_is_copied_or_selected(page: Page, folder: Path) -> None:
    page.goto((folder / "speed.html").as_uri())
    menu = page.locator("#speed figure .again").first
    menu.locator("summary").press("Enter")
    menu.locator(".copy").press("Enter")
    assert "asv run aaaaaaaa^! --bench " in page.evaluate("getSelection().toString()")
    page.emulate_media(media="print")
    assert page.locator(".again:visible").count() == 0


def test_a_newcomer_finds_what_does_not_hold_and_how_to_add_a_neuron(
    page: Page, folder: Path
) -> None:
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="1 of 1").click()
    page.locator("#failing + ul a").click()
    page.wait_for_function("document.querySelector('.finding:target') !== null")
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="one file").click()
    page.locator("#add p a").click()
    assert page.get_by_text("NEURON = Neuron(").is_visible()


def test_the_keyboard_reaches_the_content_first(page: Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_comparison_is_filtered_and_sorted(page: Page, root: Path, tmp_path: Path) -> None:
    compared = comparison.compare("bbbb", "aaaa", root, machine="box")
    file = tmp_path / "compare.html"
    file.write_text(comparison_page.html(compared, tmp_path), encoding="utf-8")
    page.goto(file.as_uri())
    rows = page.locator("main tbody tr:visible")
    series = len(compared.series)
    assert rows.count() == series
    page.get_by_role("searchbox").fill("same psn peak")
    assert page.locator(".filter output").inner_text() == f"3 of {series} series"
    assert page.locator("section:visible").count() == 1
    head = page.locator("section:visible thead th").nth(3)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_figure_is_saved_in_the_colours_of_its_theme(page: Page, folder: Path) -> None:
    drawn = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto((folder / "speed.html").as_uri())
        menu = page.locator("#speed figure .download").first
        menu.locator("summary").click()
        with page.expect_download() as saving:
            menu.get_by_role("button", name="SVG").click()
        drawn[theme] = ElementTree.fromstring(saving.value.path().read_text(encoding="utf-8"))
        assert saving.value.suggested_filename == "speed-forward-0.svg"
    text = ElementTree.tostring(drawn["light"], encoding="unicode")
    assert not re.search(r"var\(|currentcolor|oklch", text, re.IGNORECASE)
    assert {"eager", "dsn"} <= {label.strip() for label in drawn["light"].itertext()}
    texts = (ElementTree.tostring(drawing, encoding="unicode") for drawing in drawn.values())
    light, dark = (set(re.findall(r"rgb\([\d, ]+\)", text)) for text in texts)
    assert len(light) > len(MODELS) and not light & dark


def test_a_figure_is_saved_as_pixels_and_its_data_as_csv(page: Page, folder: Path) -> None:
    page.goto((folder / "speed.html").as_uri())
    menu = page.locator("#speed figure .download").first
    menu.locator("summary").press("Enter")
    with page.expect_download() as saving:
        menu.get_by_role("button", name="PNG").press("Enter")
    pixels = imread(saving.value.path())
    assert pixels.shape[1] == 3 * 360 and len({*map(tuple, pixels.reshape(-1, 4))}) > 50
    with page.expect_download() as saving:
        menu.get_by_role("link", name="CSV").click()
    assert saving.value.path().read_text().startswith("model,backend,T,seconds")
    page.emulate_media(media="print")
    assert page.locator(".download:visible").count() == 0

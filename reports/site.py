"""The pages of the site, and the text of each of their files.

A section is on the page that its `PAGE` names. All pages share one style sheet and one script, and
load nothing else, so that they work from a folder without a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from reports import models, overview, palette, sections, templates
from reports.criteria import criteria
from reports.highlights import highlights
from reports.view import View


class Page(NamedTuple):
    """A page of the site."""

    name: str  # of its file, without the ending; what a section names as its `PAGE`
    title: str
    summary: str  # what it answers
    by: str = ""  # the command that measures what it shows; by default asv's, of the same name

    @property
    def command(self) -> str:
        return self.by or f"asv run HEAD^! --bench ^{self.name}"

    @property
    def file(self) -> str:
        return f"{self.name}.html"


OVERVIEW = Page(
    "index",
    "Overview",
    "Speed, memory, accuracy, energy and correctness of each spiking neuron",
    "make bench",
)
PAGES = (
    OVERVIEW,
    Page(
        "speed",
        "Speed",
        "How long a call takes, and why",
        "asv run HEAD^! --bench '^(speed|calls|floors|protocol|kernels)'",
    ),
    Page("memory", "Memory", "How much memory training takes"),
    Page("accuracy", "Accuracy", "How well networks learn"),
    Page("energy", "Energy", "What a sample costs on a chip"),
    Page(
        "gradients",
        "Gradients",
        "Whether gradients are right, and how far back they reach",
    ),
    Page("properties", "Properties", "What each neuron can do, by experiment"),
    Page(
        "findings",
        "Findings",
        "Whether what the papers state holds here",
        "python -m suites.findings",
    ),
    Page("claims", "Claims", "What the papers print, computed again", "python -m suites.claims"),
    Page("history", "History", "Every value over commits, and where it changed", "asv run NEW"),
)


def files(view: View, published: str = "") -> dict[str, str]:
    """Return the text of every file of the site by its path; link asv's pages, `published`."""
    loaded, compared = sections.load(), criteria(view)
    common = {"view": view, "pages": PAGES, "published": published}
    first = overview.context(view, compared) | {"highlights": highlights(view)}
    texts = {
        page.file: _page(page, loaded, common | (first if page is OVERVIEW else {}))
        for page in PAGES
    }
    for model in view.models:
        shown = common | models.context(view, model, compared)
        texts[f"models/{model}.html"] = _text("model.html", **shown, root="../", page=None)
    return texts | {"style.css": style(view.models), "site.js": script()}


def command_of(section: sections.Section) -> str:
    """Return the command that measures a section."""
    return next(page.command for page in PAGES if page.name == section.PAGE)


def style(models: Iterable[str]) -> str:
    """Return the style sheet, with the colours of these models."""
    return f"{_text('style.css')}\n{palette.css(models)}\n"


def script() -> str:
    """Return the script of all pages."""
    return "\n".join(_text(name) for name in ("site.js", "download.js", "series.js"))


def _page(page: Page, loaded: list[sections.Section], context: dict[str, Any]) -> str:
    """Return the text of a page: the sections that were measured, and the names of the others."""
    shown = [section for section in loaded if page.name == section.PAGE]
    bodies = {section: section.render(context["view"]) for section in shown}
    measured = [
        {"id": section.__name__.rsplit(".", 1)[-1], "title": section.TITLE, "body": body}
        for section, body in bodies.items()
        if body is not None
    ]
    return _text(
        "overview.html" if page is OVERVIEW else "page.html",
        **context,
        root="",
        page=page,
        sections=measured,
        missing=[section.TITLE for section, body in bodies.items() if body is None],
        highlightable=any("data-backend=" in section["body"] for section in measured),
    )


def _text(template: str, **values: Any) -> str:
    return str(templates.render(template, **values))

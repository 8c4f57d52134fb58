"""Draw the pictures that records contain: every file in this folder draws one kind.

A file has `draw(picture, name) -> Markup`; `name` makes the ids in the drawing unique on the page.
What a picture contains is described in `suites/pictures.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from markupsafe import Markup

from reports import templates
from reports.records import Record

KINDS = {info.name for info in iter_modules(__path__)}


def entry(record: Record) -> dict[str, Any]:
    """Return the content of a record for a template, with its `name` and its pictures `drawn`."""
    drawn = draw(record.content["pictures"], f"{record.kind}-{record.name}")
    return record.content | {"name": record.name, "drawn": drawn}


def draw(pictures: Iterable[Mapping[str, Any]], name: str) -> list[Markup]:
    """Return a figure for each picture; one of an unknown kind, or without a value, is left out."""
    figures = []
    for number, picture in enumerate(pictures):
        if picture.get("picture") in KINDS:
            module = import_module(f"{__name__}.{picture['picture']}")
            body = module.draw(picture, f"{name}-{number}")
            figures.append(templates.render("figure.html", title=picture["title"], body=body))
    return figures

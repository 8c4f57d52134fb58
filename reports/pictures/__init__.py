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

from reports import commands, templates
from reports.records import Record

KINDS = {info.name for info in iter_modules(__path__)}


def entry(record: Record) -> dict[str, Any]:
    """Return the content of a record for a template, with its `name` and its pictures `drawn`."""
    command = commands.of_record(record)
    drawn = draw(record.content["pictures"], f"{record.kind}-{record.name}", command)
    return record.content | {"name": record.name, "drawn": drawn}


def draw(pictures: Iterable[Mapping[str, Any]], name: str, command: str = "") -> list[Markup]:
    """Return a figure for each picture, each with the command that makes it.

    A picture of an unknown kind, or without a value, is left out.
    """
    figures = []
    for number, picture in enumerate(pictures):
        if picture.get("picture") in KINDS:
            module = import_module(f"{__name__}.{picture['picture']}")
            title = picture["title"]
            body = module.draw(picture, f"{name}-{number}") + commands.menu(command, title)
            figures.append(templates.render("figure.html", title=title, body=body))
    return figures

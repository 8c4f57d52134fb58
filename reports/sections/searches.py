"""Searches of a model for every layer, and what happens inside trained networks."""

from __future__ import annotations

from markupsafe import Markup

from reports import pictures, records, templates
from reports.view import View

PAGE = "accuracy"
TITLE = "Searches and probes"
ORDER = 73

_COMMANDS = (
    "python -m suites.accuracy search --task digits",
    "python -m suites.accuracy probe --task digits --model clif",
)


def render(view: View) -> Markup:
    entries = [
        pictures.entry(record)
        for kind in ("search", "probe")
        for record in records.newest(view.records, kind).values()
    ]
    if not entries:
        return templates.render("not_recorded.html", command=" or ".join(_COMMANDS))
    return templates.render("searches.html", entries=entries)

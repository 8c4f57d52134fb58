"""The sections of the report: every file in this folder is one.

A section is a module with the name of its `PAGE` (see `reports/site.py`), a `TITLE`, an `ORDER` and
`render(view) -> Markup | None`; None leaves the section out because nothing of it was measured. It
may also have `table(view) -> Table | None`: its table for the Markdown summary.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from markupsafe import Markup

from reports.view import View


class Section(Protocol):
    __name__: str
    PAGE: str
    TITLE: str
    ORDER: int

    def render(self, view: View) -> Markup | None: ...


def load() -> list[Section]:
    """Return every section, in reading order."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return sorted((cast(Section, module) for module in modules), key=lambda s: (s.ORDER, s.TITLE))

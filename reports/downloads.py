"""The menu under a figure or a table that saves it: its data as CSV, a table as LaTeX as well.

The files are in the addresses of their links, so that they are saved without a script and from a
page that was copied alone. A script saves the drawing of a figure, as it stands, as SVG or PNG.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from reports import templates

_LITERAL = "/,;:=()*+!@$"  # in the address of a file, besides letters and digits


def of_figure(name: str, title: str, data: pd.DataFrame) -> Markup:
    """Return the menu of a figure: SVG, PNG, and what is drawn as CSV."""
    return _menu(name, title, {"csv": csv(data.dropna(axis="columns", how="all"))}, drawing=True)


def of_table(title: str, data: pd.DataFrame, latex: str) -> Markup:
    """Return the menu of a table: the values as CSV, the texts as LaTeX."""
    return _menu(_file_name(title), title, {"csv": csv(data), "tex": latex}, drawing=False)


def csv(data: pd.DataFrame) -> str:
    """Return the rows as CSV, numbers with full precision."""
    return data.to_csv(index=False, lineterminator="\n")


def _menu(name: str, title: str, files: dict[str, str], *, drawing: bool) -> Markup:
    links = {ending: _address(f"text/{ending}", text) for ending, text in files.items()}
    return templates.render("download.html", file=name, title=title, links=links, drawing=drawing)


def _address(kind: str, text: str) -> str:
    """Return the address of a file that contains its text."""
    return f"data:{kind};charset=utf-8,{quote(text, safe=_LITERAL)}"


def _file_name(title: str) -> str:
    return re.sub(r"\W+", "-", title).strip("-").lower() or "table"

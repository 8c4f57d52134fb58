"""The templates of the site, and the Jinja environment that renders them."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

_ENVIRONMENT = Environment(
    loader=PackageLoader("reports"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, **values: Any) -> Markup:
    """Return the text of a template, filled with `values`."""
    return Markup(_ENVIRONMENT.get_template(name).render(**values))

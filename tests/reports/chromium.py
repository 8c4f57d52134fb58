"""Chromium and axe-core for the tests of the site, and what to install where one is missing."""

from __future__ import annotations

from typing import Any

import pytest

_EXTRA = "and pip install -c constraints.txt -e '.[browser]'"
CURE, HTML_CURE = f"install Chromium, {_EXTRA}", f"install Java, {_EXTRA}"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
OPTIONS = {"preload": False}  # would fetch the style sheet again, which a file may not


def violations(page: Any) -> dict[str, str]:
    """Return what axe-core objects to on a page, with the first place of each objection."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=CURE)
    found = axe.Axe().run(page, options=OPTIONS).response["violations"]
    return {one["id"]: one["nodes"][0]["html"] for one in found}

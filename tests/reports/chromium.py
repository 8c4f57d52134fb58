"""Chromium for the tests of the site: without it or its libraries they are skipped."""

from __future__ import annotations

from typing import Any

import pytest

CURE = "install Chromium, and pip install -c constraints.txt -e '.[browser]'"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
OPTIONS = {"preload": False}  # would fetch the style sheet again, which a file may not


def violations(page: Any) -> dict[str, str]:
    """Return what axe-core objects to on a page, with the first place of each objection."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=CURE)
    found = axe.Axe().run(page, options=OPTIONS).response["violations"]
    return {one["id"]: one["nodes"][0]["html"] for one in found}

"""Rows of small grey images."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.image import imsave

from reports import templates


def draw(picture: Mapping[str, Any], name: str) -> Markup:
    """Draw the images as pixels that the page enlarges."""
    rows = {label: [_address(image) for image in row] for label, row in picture["rows"].items()}
    single = all(len(row) == 1 for row in rows.values())
    return templates.render("images.html", rows=rows, single=single)


def _address(image: Any) -> str:
    """Return a grey image [H, W] as the address of a PNG that contains it."""
    buffer = io.BytesIO()
    values = np.array(image, float)
    imsave(buffer, np.nan_to_num(values), cmap="gray", vmin=0, vmax=1, format="png")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"

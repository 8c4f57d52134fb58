"""Matplotlib as an inline SVG that takes its colours and its type from the page.

Colours are drawn as stand-ins and replaced by CSS afterwards: ink by `currentColor`, a model's
marks by `var(--c)` inside a group that carries `data-model`. So one drawing serves the light and
the dark theme, and a script can bring one model forward in every figure at once.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from reports import palette

INK, FAINT, SERIES, PAPER = "#0a0b0c", "#d1d2d3", "#a1b2c3", "#fdfcfb"
WIDTH = 360  # one unit of a drawing is one CSS pixel at this width
FONT = 11
_CSS = {INK: "currentColor", FAINT: "var(--faint)", SERIES: "var(--c)", PAPER: "var(--paper)"}
_RC: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "spikebench",
    "font.family": "sans-serif",
    "font.size": FONT,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
}


def themed() -> Any:
    """The context in which everything of a figure is made."""
    return rc_context(_RC)


def blank(height: float, left: float, right: float = 14) -> tuple[Figure, Axes]:
    """A figure of the common width; margins and height in its own units."""
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    axes = figure.add_subplot()
    figure.subplots_adjust(
        left=left / WIDTH, right=1 - right / WIDTH, bottom=44 / height, top=1 - 8 / height
    )
    return figure, axes


def stroke(axes: Axes, x: Any, y: Any, backend: str, color: str = SERIES, **more: Any) -> Line2D:
    """A line in the dash and with the marker of a backend."""
    marker, dash, filled = palette.style(backend)
    (drawn,) = axes.plot(
        x,
        y,
        color=color,
        linewidth=1.6,
        linestyle=(0, dash) if dash else "-",
        marker=marker,
        markersize=5,
        markerfacecolor=color if filled else PAPER,
        markeredgewidth=1.2,
        solid_capstyle="round",
        **more,
    )
    return drawn


def belongs(artist: Artist | None, model: str, backend: str = "") -> None:
    """Say whose mark this is: the page colours it and can bring it forward."""
    if artist is not None:
        artist.set_gid(f"model:{model}:{backend}")


def log_ticks(axis: Axis, values: pd.Series, label: Callable[[float], str]) -> None:
    """Decades, or 1-2-5 where the data spans too few of them to name."""
    fine = (1.0, 2.0, 5.0) if np.log10(values.max() / values.min()) < 2 else (1.0,)
    axis.set_major_locator(LogLocator(subs=fine, numticks=7))
    axis.set_major_formatter(lambda value, _: label(value))
    axis.set_minor_locator(NullLocator())


def dot(axes: Axes, x: Any, y: Any, marker: str, filled: bool, color: str = SERIES) -> Line2D:
    """Dots without a line, faint where they are many."""
    (drawn,) = axes.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=6.5,
        alpha=0.6 if len(x) > 1 else 1.0,
        color=color,
        markerfacecolor=color if filled else PAPER,
        markeredgewidth=1.2,
    )
    return drawn


def keys(backends: Iterable[str], place: str) -> dict[str, Markup]:
    """The line and marker of each backend, small, for a legend in HTML at a `place` of its own."""
    middle: Any = {"x": [2, 19, 36], "y": [7, 7, 7], "markevery": [1], "color": INK}
    return {
        backend: _key(f"{place}-{backend}", partial(stroke, **middle, backend=backend))
        for backend in palette.ordered(backends)
    }


def dot_keys(kinds: Iterable[str], place: str) -> dict[str, Markup]:
    """The marker of each kind of dot, for such a legend."""
    return {
        kind: _key(
            f"{place}-{kind}", partial(dot, x=[19], y=[7], marker=marker, filled=filled, color=INK)
        )
        for kind, (marker, filled) in palette.marks(kinds).items()
    }


def _key(name: str, draw: Callable[[Axes], Line2D]) -> Markup:
    with themed():
        figure = Figure(figsize=(38 / 72, 14 / 72))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set(xlim=(0, 38), ylim=(0, 14))
        draw(axes)
        return svg(figure, f"key-{name}", "")


def svg(figure: Figure, name: str, title: str) -> Markup:
    """The drawing as an `<svg>` element: themed, with ids of its own, scaling with its box."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->\s*", "", text, flags=re.S)
    text = re.sub(r'id="model:([^:"]*):([^"]*)"', r'data-model="\1" data-backend="\2"', text)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r"(font: [\d.]+px) [^;\"]*", r"\1 var(--sans)", text)
    text = re.sub(r' (width|height)="[\d.]+pt"| xmlns(:xlink)?="[^"]*"', "", text)
    text = text.replace("xlink:href", "href")
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, text)
    for stand_in, css in _CSS.items():
        text = text.replace(stand_in, css)
    described = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return Markup(text.replace("<svg ", f"<svg {described} ", 1))


def _rounded(coordinates: re.Match[str]) -> str:
    """A hundredth of a pixel is enough, and makes the page a good deal smaller."""
    return re.sub(r"(\.\d\d)\d+", r"\1", coordinates[0])

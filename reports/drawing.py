"""Draw with Matplotlib into inline SVG that takes its colours and its font from the page.

Matplotlib draws in placeholder colours, which are replaced by CSS afterwards: ink by
`currentColor`, the marks of a model by `var(--c)` inside a group with the attribute `data-model`.
So one drawing fits the light and the dark theme, and a script can highlight one model in every
figure at once.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
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

from reports import downloads
from reports.palette import HUES, Style

INK, FAINT, SERIES, PAPER = "#0a0b0c", "#d1d2d3", "#a1b2c3", "#fdfcfb"
WIDTH = 360  # one unit of a drawing is one CSS pixel at this width
FONT = 11
BAR = 0.8  # opacity
_SHOWS_NOTHING = re.compile(
    r'<g id="[^"]*"/>|(?<=<g) id="[^"]*"|(?<=>)\s+(?=<)| transform="rotate\(-0 [^"]*"'
)
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


def theme() -> Any:
    """Return the context in which every figure is drawn."""
    return rc_context(_RC)


def new_figure(height: float, left: float, right: float = 14) -> tuple[Figure, Axes]:
    """Return a figure of the common width, and its axes; margins and height are in CSS pixels."""
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    axes = figure.add_subplot()
    figure.subplots_adjust(
        left=left / WIDTH, right=1 - right / WIDTH, bottom=44 / height, top=1 - 8 / height
    )
    return figure, axes


def stroke(axes: Axes, x: Any, y: Any, style: Style, color: str = SERIES, **options: Any) -> Line2D:
    """Draw a line with markers in a style."""
    (drawn,) = axes.plot(
        x,
        y,
        color=color,
        linewidth=1.6,
        linestyle=(0, style.dash) if style.dash else "-",
        marker=style.marker,
        markersize=5,
        markerfacecolor=color if style.filled else PAPER,
        markeredgewidth=1.2,
        solid_capstyle="round",
        **options,
    )
    return drawn


def tag(artist: Artist | None, model: str, backend: str = "") -> None:
    """Name the model and backend of a mark, by which the page colours and highlights it."""
    if artist is not None:
        artist.set_gid(f"model:{model}:{backend}")


def tag_part(artist: Artist, number: int, part: str, model: str) -> None:
    """Name the part of a model's bar: its number chooses the hue, the page highlights the model."""
    artist.set_gid(f"part:{number % HUES}:{model}:{part}")


def log_ticks(axis: Axis, values: pd.Series, label: Callable[[float], str]) -> None:
    """Set ticks at powers of ten, or at 1-2-5 steps where the values span less than two."""
    multiples = (1.0, 2.0, 5.0) if np.log10(values.max() / values.min()) < 2 else (1.0,)
    axis.set_major_locator(LogLocator(subs=multiples, numticks=7))
    axis.set_major_formatter(lambda value, _: label(value))
    axis.set_minor_locator(NullLocator())


def dot(axes: Axes, x: Any, y: Any, style: Style, color: str = SERIES) -> Line2D:
    """Draw dots without a line, translucent if there is more than one."""
    (drawn,) = axes.plot(
        x,
        y,
        linestyle="none",
        marker=style.marker,
        markersize=6.5,
        alpha=0.6 if len(x) > 1 else 1.0,
        color=color,
        markerfacecolor=color if style.filled else PAPER,
        markeredgewidth=1.2,
    )
    return drawn


def line_legend(
    styles: Mapping[str, Style], prefix: str, *, hues: bool = False
) -> dict[str, Markup]:
    """Return a small drawing of each line and its marker, for a legend in HTML.

    `prefix` makes the ids in the drawings unique on the page. With `hues`, each has its own.
    """
    options: Any = {"x": [2, 19, 36], "y": [7, 7, 7], "markevery": [1]}
    legend = {}
    for number, (name, style) in enumerate(styles.items()):
        options |= {"color": SERIES, "gid": f"hue:{number % HUES}"} if hues else {"color": INK}
        draw = partial(stroke, style=style, **options)
        legend[name] = _legend_mark(f"{prefix}-{number}", draw)
    return legend


def dot_legend(styles: Mapping[str, Style], prefix: str) -> dict[str, Markup]:
    """Return a small drawing of the marker of each kind of dot, as `line_legend` does."""
    return {
        kind: _legend_mark(f"{prefix}-{kind}", partial(dot, x=[19], y=[7], style=style, color=INK))
        for kind, style in styles.items()
    }


def bar_legend(names: Iterable[str], prefix: str) -> dict[str, Markup]:
    """Return a small drawing of a bar per name, each with its own hue, as `line_legend` does."""
    legend = {}
    for number, name in enumerate(names):
        options: Any = {"y": 7, "left": 8, "width": 22, "height": 10, "color": SERIES}
        draw = partial(Axes.barh, gid=f"hue:{number % HUES}", alpha=BAR, **options)
        legend[name] = _legend_mark(f"{prefix}-{number}", draw)
    return legend


def _legend_mark(name: str, draw: Callable[[Axes], object]) -> Markup:
    with theme():
        figure = Figure(figsize=(38 / 72, 14 / 72))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set(xlim=(0, 38), ylim=(0, 14))
        draw(axes)
        return _element(figure, f"key-{name}", "")


def svg(figure: Figure, name: str, title: str, data: pd.DataFrame) -> Markup:
    """Return the drawing as an `<svg>` element, and the menu that saves it and its data.

    `name` makes its ids unique on the page; `title` is read by screen readers.
    """
    return _element(figure, name, title) + downloads.of_figure(name, title, data)


def _element(figure: Figure, name: str, title: str) -> Markup:
    """Return the drawing in CSS colours that scales with its container; hidden without a title."""
    buffer = io.StringIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=no_metadata)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->\s*", "", text, flags=re.S)
    text = re.sub(r'id="model:([^:"]*):([^"]*)"', r'data-model="\1" data-backend="\2"', text)
    text = re.sub(r'id="hue:(\d+)"', r'class="hue-\1"', text)
    part = r'class="hue-\1" data-model="\2" data-backend="\3"'
    text = re.sub(r'id="part:(\d+):([^:"]*):([^"]*)"', part, text)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r"font-family: '[^;\"]*sans-serif; ", "", text)
    text = re.sub(r' (width|height)="[\d.]+pt"| xmlns(:xlink)?="[^"]*"', "", text)
    text = text.replace("xlink:href", "href")
    text = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, text)
    text = _SHOWS_NOTHING.sub("", text)
    for placeholder, css in _CSS.items():
        text = text.replace(placeholder, css)
    accessible = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return Markup(text.replace("<svg ", f"<svg {accessible} ", 1))


def _rounded(coordinates: re.Match[str]) -> str:
    """Cut coordinates to a hundredth of a pixel, which makes the page much smaller."""
    return re.sub(r"(\.\d\d)\d+", r"\1", coordinates[0])

"""Colours of models and line styles of backends and other libraries.

There are nine hues that colour-blind readers can tell apart, in three tones each. A figure contains
no colours: it names the model of a mark, and the page's style sheet gives that model its colour in
the light and in the dark theme. Backends differ by marker and dash, never by colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import md5
from typing import NamedTuple

# lightness, chroma, hue (OKLCH) on a white page
_HUES = (
    (0.60, 0.17, 42),
    (0.50, 0.14, 252),
    (0.58, 0.11, 170),
    (0.55, 0.16, 325),
    (0.67, 0.14, 80),
    (0.66, 0.12, 228),
    (0.42, 0.13, 12),
    (0.55, 0.11, 118),
    (0.45, 0.03, 260),
)
_TONES = ((0.0, 1.0), (-0.15, 0.9), (0.10, 0.7))
HUES = len(_HUES)
SLOTS = HUES * len(_TONES)

# The five models of every report have the five hues that differ most.
_FIXED_SLOTS = {"dsn": 0, "psn": 1, "lif": 2, "sliding_psn": 3, "plif": 4}


class Style(NamedTuple):
    """How the points and lines of one backend look, or the dots of one kind."""

    marker: str
    filled: bool
    dash: tuple[float, ...]  # lengths of line and gap; () is a solid line


# The numbers of markers and of dashes have no common divisor: 12 x 7 styles are distinct.
_MARKERS = (
    *(("o", True), ("D", False), ("^", True), ("s", False), ("v", True), ("P", False)),
    *(("h", True), ("<", False), ("*", True), ("p", False), (">", True), ("d", False)),
)
_DASHES = ((), (5, 2.5), (7, 2, 1.5, 2), (1.5, 1.8), (3, 1.5), (9, 2), (3, 1, 1, 1))


def style(place: int) -> Style:
    """Return the style at a place of the cycle."""
    return Style(*_MARKERS[place % len(_MARKERS)], _DASHES[place % len(_DASHES)])


def styles(names: Iterable[str]) -> dict[str, Style]:
    """Return a style for each name, by its place among them."""
    return {name: style(place) for place, name in enumerate(dict.fromkeys(names))}


def slots(models: Iterable[str]) -> dict[str, int]:
    """Return the colour slot of each model.

    The name of a model decides its slot, so that it has the same colour in every report. Where two
    names decide for the same slot, one takes the next free slot.
    """
    taken: dict[str, int] = {}
    for model in sorted(models, key=lambda name: (name not in _FIXED_SLOTS, name)):
        first = len(_FIXED_SLOTS)
        slot = _FIXED_SLOTS.get(model, first + _hash(model) % (SLOTS - first))
        used = set(taken.values())
        free = (s % SLOTS for s in range(slot, slot + SLOTS) if s % SLOTS not in used)
        taken[model] = next(free, slot)
    return taken


def css(models: Iterable[str]) -> str:
    """Return the style rules that set the colour of models and hues, `--c`, in both themes."""
    rules = [
        f'[data-model="{model}"]{{--c:{_colours(slot)}}}' for model, slot in slots(models).items()
    ]
    # The last rule wins: a part of a model's bar has a hue.
    return "\n".join([*rules, *(f".hue-{hue}{{--c:{_colours(hue)}}}" for hue in range(HUES))])


def _colours(slot: int) -> str:
    """Return the colour of a slot: that of the light theme, and that of the dark one."""
    return f"light-dark({_colour(slot, dark=False)}, {_colour(slot, dark=True)})"


def _colour(slot: int, dark: bool) -> str:
    lightness, chroma, hue = _HUES[slot % len(_HUES)]
    shift, strength = _TONES[slot // len(_HUES)]
    lightness = min(lightness + shift, 0.76)
    lightness = 0.47 + 0.48 * lightness if dark else lightness
    return f"oklch({lightness:.3f} {chroma * strength:.3f} {hue})"


def _hash(name: str) -> int:
    return int.from_bytes(md5(name.encode()).digest()[:4], "big")

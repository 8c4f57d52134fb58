"""Colours for models and line styles for backends, the same in every figure and every report.

Nine hues that stay apart for colour-blind readers, in three tones each. A figure never names a
colour: it says which model a mark belongs to, and the page's style sheet gives that model its
colour in the light and in the dark theme. Backends differ by marker and dash, so that colour is
never the only difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import md5

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
SLOTS = len(_HUES) * len(_TONES)

# The five models every report has keep the five hues that are furthest apart.
_SEATED = {"dsn": 0, "psn": 1, "lif": 2, "sliding_psn": 3, "plif": 4}

# marker, dash, filled
_BACKENDS: dict[str, tuple[str, tuple[float, ...], bool]] = {
    "": ("o", (), True),
    "eager": ("o", (), True),
    "serial": ("x", (2, 2), True),
    "compile": ("s", (5, 2.5), False),
    "triton": ("^", (7, 2, 1.5, 2), True),
    "cpu": ("D", (1.5, 1.8), False),
    "spikingjelly": ("P", (3, 1.5), True),
    "spikingjelly_triton": ("p", (2, 2), False),
    "snntorch": ("v", (1.5, 1.5), True),
    "norse": ("<", (6, 2), True),
    "fla": ("h", (4, 1, 1, 1), True),
}
_SPARE = ((">", (3, 3), True), ("*", (5, 1), True), ("d", (3, 1, 1, 1), False))
_DOTS = (("o", True), ("D", False), ("^", True), ("s", False), ("v", True), ("P", False))


def style(kind: str) -> tuple[str, tuple[float, ...], bool]:
    """Marker, dash pattern and whether the marker is filled, for a backend or another kind."""
    return _BACKENDS.get(kind) or _SPARE[_hash(kind) % len(_SPARE)]


def marks(kinds: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """A marker, filled or not, for each kind of dot: a backend's own, or in the order of names."""
    spare = {kind: _DOTS[place % len(_DOTS)] for place, kind in enumerate(sorted(set(kinds)))}
    return spare | {kind: style(kind)[::2] for kind in spare if kind in _BACKENDS}


def ordered(kinds: Iterable[str]) -> list[str]:
    """Kinds as a legend lists them: the known backends first, in their order above."""
    rank = {kind: place for place, kind in enumerate(_BACKENDS)}
    return sorted(set(kinds), key=lambda kind: (rank.get(kind, len(rank)), kind))


def seats(models: Iterable[str]) -> dict[str, int]:
    """Model -> slot. A name decides its own slot; only a clash moves it on to the next free one."""
    taken: dict[str, int] = {}
    for model in sorted(models, key=lambda name: (name not in _SEATED, name)):
        slot = _SEATED.get(model, len(_SEATED) + _hash(model) % (SLOTS - len(_SEATED)))
        used = set(taken.values())
        free = (s % SLOTS for s in range(slot, slot + SLOTS) if s % SLOTS not in used)
        taken[model] = next(free, slot)
    return taken


def css(models: Iterable[str]) -> str:
    """Style rules that give every model its colour, `--c`, in either theme."""
    light, dark = (_rules(seats(models), dark=dark) for dark in (False, True))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _rules(seated: dict[str, int], dark: bool) -> str:
    return "\n".join(
        f'[data-model="{model}"]{{--c:{_colour(slot, dark)}}}' for model, slot in seated.items()
    )


def _colour(slot: int, dark: bool) -> str:
    lightness, chroma, hue = _HUES[slot % len(_HUES)]
    shift, strength = _TONES[slot // len(_HUES)]
    lightness = min(lightness + shift, 0.76)
    lightness = 0.47 + 0.48 * lightness if dark else lightness
    return f"oklch({lightness:.3f} {chroma * strength:.3f} {hue})"


def _hash(name: str) -> int:
    return int.from_bytes(md5(name.encode()).digest()[:4], "big")

"""Damage one file of a folder of results, as disks, editors and killed processes do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

Damage = Callable[[random.Random, bytes], bytes]
_FOREIGN: tuple[Any, ...] = (
    *({}, [], None, 1, "text", {"version": 2}, [{"a": 1}], {"name": "other", "results": []}),
    *({"version": 2, "params": {}, "results": {}, "commit_hash": "a" * 40}, {"machine": ["box"]}),
)
_OTHER_TYPES: tuple[Any, ...] = ([], {}, "text", 7, 1.5, None, True, [["x"]], -1, 10**400, "")


def truncated(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def flipped(rng: random.Random, content: bytes) -> bytes:
    """Return the content with one to four bytes changed."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def swapped(rng: random.Random, content: bytes) -> bytes:
    """Return the content with one value, at any depth, of another type."""
    data = json.loads(content)
    places = list(_places(data))
    holder, key = rng.choice(places)
    others = [other for other in _OTHER_TYPES if type(other) is not type(holder[key])]
    holder[key] = rng.choice(others)
    return json.dumps(data).encode()


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Return each container and key below `data`; the first ones are drawn as often as deep ones.

    A file has thousands of numbers and few fields, so long lists count as their first three.
    """
    keys = list(data) if isinstance(data, dict) else list(range(min(3, len(data))))
    places = [(data, key) for key in keys]
    deeper = [data[key] for key in keys if isinstance(data[key], dict | list)]
    return places + [place for inner in deeper for place in _places(inner)]


def emptied(rng: random.Random, content: bytes) -> bytes:
    return b""


def foreign(rng: random.Random, content: bytes) -> bytes:
    return json.dumps(rng.choice(_FOREIGN)).encode()


DAMAGES: tuple[Damage, ...] = (truncated, flipped, swapped, emptied, foreign)
ALWAYS_NOTICED = (truncated, emptied, foreign)  # a flipped digit is another number, no damage


def mutate(rng: random.Random, root: Path) -> tuple[Path, Damage, bytes]:
    """Damage one file below `root`; return it, how it was damaged, and its former content."""
    path = rng.choice(sorted(root.rglob("*.json")))
    damage, content = rng.choice(DAMAGES), path.read_bytes()
    path.write_bytes(damage(rng, content))
    return path, damage, content

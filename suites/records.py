"""What the suites find that is no number of asv: findings, claims, samples, curves and more.

A record is one JSON object in the store of the accuracy suite, with all that it depends on. The
report reads the records; it never imports the suites.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from suites import axes
from suites.accuracy import content, store

STORE = axes.ROOT / ".asv/accuracy.sqlite"


class Origin(NamedTuple):
    """What a record depends on: the same name and origin, the same content."""

    code: str  # a digest, see `suites.accuracy.content.digest`
    device: str  # "cpu" or "cuda"
    options: str = ""  # what else was chosen, as the seed


class Record(NamedTuple):
    """A line of the store."""

    kind: str  # "finding", "claim", "sample", "dynamics", "curve", "energy", "search" or "probe"
    name: str
    key: str  # a digest of the origin and the libraries
    code: str
    libraries: str
    device: str
    machine: str
    commit: str  # see `content.commit`; `code` is what counts
    ended: str  # date and time, UTC
    content: dict[str, Any]


def record(kind: str, name: str, origin: Origin, facts: Mapping[str, Any]) -> Record:
    """Return the record of what has just been found: a JSON object without NaN."""
    key, libraries = key_of(origin), content.libraries()
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    place = (origin.code, libraries, origin.device, platform.node(), content.commit(), ended)
    return Record(kind, name, key, *place, dict(facts))


def key_of(origin: Origin) -> str:
    """Return the digest of an origin and of the libraries that are installed."""
    return hashlib.sha256(json.dumps([*origin, content.libraries()]).encode()).hexdigest()


def add(file: Path, records: Iterable[Record]) -> int:
    """Add the records that the store lacks; return how many these are. Raise as `store.add`."""
    places = ", ".join("?" * len(Record._fields))
    rows = [(*r[:-1], json.dumps(r.content, allow_nan=False)) for r in records]
    return store.insert(file, f"INSERT OR IGNORE INTO records VALUES ({places})", rows)


def offer(file: Path, records: Iterable[Record]) -> None:
    """Add the records, or print why the store cannot take them: no measurement fails for it."""
    try:
        add(file, records)
    except (OSError, ValueError) as error:
        print(f"not kept for the report: {error}", file=sys.stderr)


def read(file: Path, kind: str = "%") -> list[Record]:
    """Return the records of a kind, or all, in the order of their time; none without the file."""
    if not file.exists():
        return []
    return _select(file, "kind LIKE ?", kind)


def find(file: Path, kind: str, name: str, origin: Origin) -> Record | None:
    """Return the record of a name and origin, if the store has it."""
    if not file.exists():
        return None
    where = "kind = ? AND name = ? AND key = ?"
    return next(iter(_select(file, where, kind, name, key_of(origin))), None)


def obtain(
    file: Path, kind: str, name: str, origin: Origin, compute: Callable[[], Mapping[str, Any]]
) -> Record:
    """Return the record of a name and origin; if the store lacks it, compute it and add it."""
    known = find(file, kind, name, origin)
    if known is None:
        known = record(kind, name, origin, compute())
        add(file, [known])
    return known


def _select(file: Path, where: str, *values: str) -> list[Record]:
    query = f"SELECT * FROM records WHERE {where} ORDER BY ended, name, key"
    lines = store.select(file, query, values)
    return [Record._make((*line[:-1], json.loads(line[-1]))) for line in lines]

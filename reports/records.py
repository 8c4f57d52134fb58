"""Read the records of the suites: findings, claims, samples, curves and more.

`suites.records` writes them into the SQLite file beside asv's results. Without the file there are
none; one that cannot be read is a note.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

FILE = "accuracy.sqlite"
_QUERY = 'SELECT kind, name, "commit", machine, ended, content FROM records ORDER BY ended, name'


class Record(NamedTuple):
    """What a suite found that is no number of asv."""

    kind: str  # "finding", "claim", "sample", "dynamics", "curve", "energy", "search" or "probe"
    name: str
    commit: str
    machine: str
    ended: str  # date and time, UTC
    content: dict[str, Any]


def read(file: Path) -> tuple[list[Record], list[str]]:
    """Return the records of a store, oldest first, and a line if they cannot be read."""
    if not file.is_file():
        return [], []
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as store:
            rows = store.execute(_QUERY).fetchall()
        return [Record._make((*row[:-1], json.loads(row[-1]))) for row in rows], []
    except (sqlite3.Error, ValueError) as error:
        return [], [f"{file} has no records that can be read: {error}"]


def newest(records: Iterable[Record], kind: str, commit: str = "") -> dict[str, Record]:
    """Return the last record of each name of a kind, by name; one of `commit` goes before others.

    `records` are in the order of their time.
    """
    of_kind = (record for record in records if record.kind == kind)
    # A checkout with changes has "-dirty" behind its commit.
    by_name = {r.name: r for r in sorted(of_kind, key=lambda r: r.commit.startswith(commit))}
    return dict(sorted(by_name.items()))


def others(records: Iterable[Record], commit: str) -> str:
    """Return a sentence that names the commits of records that are not of `commit`; "" if all are.

    It begins with a space.
    """
    commits = sorted({r.commit[:8] for r in records if not r.commit.startswith(commit)})
    return f" Recorded at commit {', '.join(commits)}." if commits else ""

"""The results of trials, and the records of `suites.records`, in one SQLite file that only grows.

A row is keyed by its content, see `suites.accuracy.content`: a result is kept once, from whichever
machine it comes. A row is written as a whole when its trial ends, so a grid can be killed at any
moment. A failed trial has a row too, with the reason.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from suites.accuracy.job import Failure, Job, Outcome

APPLICATION, VERSION = 0x5350424E, 2  # of the file: SQLite keeps both in its first bytes
PATIENCE = 60.0  # seconds to wait for another process that writes
RESULTS = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT NOT NULL, task TEXT NOT NULL, network TEXT NOT NULL, model TEXT NOT NULL,
    condition TEXT NOT NULL, recipe TEXT NOT NULL, seed INTEGER NOT NULL,
    error REAL, loss REAL, rate REAL, seconds REAL, failure TEXT NOT NULL,
    code TEXT NOT NULL, libraries TEXT NOT NULL, device TEXT NOT NULL,
    "commit" TEXT NOT NULL, ended TEXT NOT NULL, PRIMARY KEY (key, failure)
) WITHOUT ROWID"""
RECORDS = """
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, code TEXT NOT NULL,
    libraries TEXT NOT NULL, device TEXT NOT NULL, machine TEXT NOT NULL,
    "commit" TEXT NOT NULL, ended TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (kind, name, key)
) WITHOUT ROWID"""
MEASURED = ("error", "loss", "rate", "seconds")  # of a result; its curve is a record


class Row(NamedTuple):
    """A line of the store; `failure` is "" for a result, which a failed trial has not."""

    key: str
    task: str
    network: str
    model: str
    condition: str
    recipe: str
    seed: int
    error: float | None
    loss: float | None
    rate: float | None
    seconds: float | None
    failure: str
    code: str
    libraries: str
    device: str
    commit: str  # see `content.commit`; `code` is what counts
    ended: str  # date and time, UTC


def row(job: Job, outcome: Outcome, commit: str) -> Row:
    """Return the row of a job that has just ended."""
    failure = outcome.reason if isinstance(outcome, Failure) else ""
    values = (getattr(outcome, name, None) for name in MEASURED)
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    fields = (job.key, *job.trial, *values, failure, *job.content, commit, ended)
    return Row._make(fields)


def add(file: Path, rows: Iterable[Row]) -> int:
    """Add the rows whose key and failure the store lacks; return how many these are.

    Raise ValueError, in one line, if the file is torn, no store or cannot be written.
    """
    places = ", ".join("?" * len(Row._fields))
    return insert(file, f"INSERT OR IGNORE INTO results VALUES ({places})", rows)


def insert(file: Path, statement: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """Insert rows in one transaction; return how many these are. Raise ValueError as `add`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with _opened(file, "rwc") as connection:
        before = connection.total_changes
        with connection:  # a transaction
            connection.executemany(statement, rows)
        return connection.total_changes - before


def read(file: Path) -> list[Row]:
    """Return all rows, in the order of their time; raise ValueError if there is no such store."""
    return [Row(*line) for line in select(file, "SELECT * FROM results ORDER BY ended, key")]


def select(file: Path, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return what a query of a store finds; raise ValueError if there is no such store."""
    if not file.is_file():
        raise ValueError(f"there is no store {file}")
    with _opened(file, "rw") as connection:
        _check_pages(connection, file.stat().st_size)
        return connection.execute(query, values).fetchall()


@contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a store, in mode "rwc" a new one too, and close it at the end."""
    address = f"{file.absolute().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
            _check(connection)
            yield connection
    except sqlite3.OperationalError as error:  # locked, read-only, no space
        raise ValueError(f"{file} cannot be used as a store: {error}") from error
    except sqlite3.DatabaseError as error:
        line = f"{file} is torn, or no store of results: {error}; move it away, or name another"
        raise ValueError(line) from error


def _check(connection: sqlite3.Connection) -> None:
    """Make a store of an empty file, or of version 1; refuse any other database."""
    if _marks(connection) == (APPLICATION, VERSION):
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # another process may be doing the same
        empty = _marks(connection) == (0, 0) and not _tables(connection)
        if empty or _marks(connection) == (APPLICATION, 1):  # version 1 had no records
            connection.execute(RESULTS)
            connection.execute(RECORDS)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        elif _marks(connection) != (APPLICATION, VERSION):
            raise sqlite3.DatabaseError("another program or version wrote it")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    names = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {n}").fetchone()[0] for n in names)
    return application, version


def _tables(connection: sqlite3.Connection) -> list[Any]:
    return connection.execute("SELECT name FROM sqlite_master").fetchall()


def _check_pages(connection: sqlite3.Connection, size: int) -> None:
    """Raise DatabaseError if a page is missing, cut or not of this file."""
    if size % connection.execute("PRAGMA page_size").fetchone()[0]:
        raise sqlite3.DatabaseError("its end is missing")
    (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        raise sqlite3.DatabaseError(" ".join(answer.split()))

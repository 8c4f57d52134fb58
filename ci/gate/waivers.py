"""Waivers: rows that may fail for a time, in `ci/waivers.toml` of the head.

A waiver names one row of the report exactly, with a ceiling, an end, an issue, an owner and a
reason. Its row is measured and shown as before; it fails again beyond the ceiling or after the end.
Wrong spikes and gradients (rule numerics) cannot be waived. `python -m ci.gate waive` writes one.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ci.gate.rows import Row
from ci.gate.statistics import Outcome
from ci.gate.trees import UsageError, git

FILE = "ci/waivers.toml"
LONGEST = timedelta(days=90)
WAIVABLE = (Outcome.FAIL, Outcome.VANISHED)
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the file."""

    row: Text  # the name of a row of the report
    device: Literal["cpu", "cuda"]
    ceiling: float  # the largest `Row.loss`
    expires: date  # the last day
    issue: Text  # where it is worked on
    owner: Text
    reason: Text

    def refusal(self, row: Row) -> str:
        """Return why a failing row does not pass by this waiver, "" if it passes."""
        if row.rule == "numerics":
            return "wrong spikes or gradients cannot be waived"
        if date.today() > self.expires:
            return f"its waiver ended on {self.expires}"
        if row.loss > self.ceiling:
            return (
                f"its loss of {row.loss:.4g} is beyond the ceiling {self.ceiling:g} of its waiver"
            )
        return ""


class Waivers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    waiver: list[Waiver] = []


def load(repo: Path, commit: str) -> list[Waiver]:
    """Return the waivers of a commit, none without a file; raise UsageError for a bad one."""
    exists = git(repo, "ls-tree", "--name-only", commit, "--", FILE)
    return parse(git(repo, "show", f"{commit}:{FILE}")) if exists else []


def parse(text: str) -> list[Waiver]:
    """Return the waivers of a file's text; raise UsageError if one of them is malformed."""
    try:
        waivers = msgspec.toml.decode(text, type=Waivers).waiver
    except msgspec.DecodeError as error:
        raise UsageError(f"{FILE}: {' '.join(str(error).split())}") from None
    for position, waiver in enumerate(waivers):
        if wrong := complaint(waiver, waivers[:position]):
            raise UsageError(f"{FILE}: the waiver of {waiver.row} {wrong}")
    return waivers


def complaint(waiver: Waiver, earlier: Iterable[Waiver]) -> str:
    """Return what is wrong with a waiver, given those before it in the file; "" if nothing is."""
    if waiver.expires - date.today() > LONGEST:
        return f"expires on {waiver.expires}, more than {LONGEST.days} days ahead"
    if not 0 <= waiver.ceiling < math.inf:
        return f"has the ceiling {waiver.ceiling}; a ceiling is a finite number, 0 or more"
    if any((other.row, other.device) == (waiver.row, waiver.device) for other in earlier):
        return f"on {waiver.device} is there twice; keep one of the two"
    return ""


def apply(
    rows: Iterable[Row], waivers: Iterable[Waiver], device: str, *, complete: bool
) -> list[Row]:
    """Return the rows, the waived ones as WAIVED, and a row for every waiver without effect.

    `complete` says that all models were to be measured. A waiver without a row is STALE only if
    they were: a side that failed has an INVALID row of the run as a whole.
    """
    rows = list(rows)
    complete &= not any(row.verdict is Outcome.INVALID and not row.benchmark for row in rows)
    valid = {waiver.row: waiver for waiver in waivers if waiver.device == device}
    waived = [waive(row, valid.get(row.name)) for row in rows]
    return [*waived, *without_effect(waived, valid.values(), complete)]


def waive(row: Row, waiver: Waiver | None) -> Row:
    """Return a row as WAIVED if it fails and the waiver covers it."""
    if waiver is None or row.verdict not in WAIVABLE:
        return row
    if refusal := waiver.refusal(row):
        return replace(row, reason=f"{row.reason}; {refusal}")
    reason = f"{row.reason}; waived until {waiver.expires} ({waiver.owner}, {waiver.issue})"
    return replace(row, verdict=Outcome.WAIVED, reason=reason)


def without_effect(rows: Sequence[Row], waivers: Iterable[Waiver], complete: bool) -> Iterator[Row]:
    """Yield a row for each waiver that is STALE (no such row) or UNUSED (its row does not fail)."""
    verdicts = {row.name: row.verdict for row in rows}
    for waiver in waivers:
        verdict = verdicts.get(waiver.row)
        if verdict is None and complete:
            state = "STALE, no row has that name"
        elif verdict in (None, Outcome.WAIVED, *WAIVABLE):
            continue
        else:
            state = f"UNUSED, its row is {verdict}"
        yield Row.general("waivers", f"the waiver of {waiver.row} is {state}", Outcome.UNDECIDED)


def entry(waiver: Waiver) -> str:
    """Return the lines of a waiver in the file."""
    fields = msgspec.structs.asdict(waiver)
    values = {k: v.isoformat() if isinstance(v, date) else json.dumps(v) for k, v in fields.items()}
    return "\n".join(["[[waiver]]", *(f"{name} = {text}" for name, text in values.items())]) + "\n"


def add(root: Path, waiver: Waiver) -> Path:
    """Append a waiver to the file of a checkout and return its path; a bad file stays as it is."""
    file = root / FILE
    before = file.read_text().rstrip("\n") + "\n\n" if file.exists() else ""
    parse(text := before + entry(waiver))
    file.write_text(text)
    return file

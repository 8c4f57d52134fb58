"""The learning curves of trials as records, for the report."""

from __future__ import annotations

from suites import records
from suites.accuracy.content import Content
from suites.accuracy.trial import Result, Trial
from suites.records import Origin, Record

DIGITS = 4  # that a figure shows


def record(trial: Trial, content: Content, result: Result) -> Record:
    """Return the record of a trial's curve: its fields, and the loss in each epoch."""
    losses = [float(f"{loss:.{DIGITS}g}") for loss in result.curve]
    origin = Origin(content.code, content.device)
    facts = trial._asdict() | {"loss": losses}
    return records.record("curve", "-".join(map(str, trial)), origin, facts)

"""What a run on GitHub gets besides the files: annotations of the worst rows, the step summary."""

import os
from collections.abc import Mapping
from pathlib import Path

from ci.gate.outputs import markdown
from ci.gate.rows import EXIT_CODES, Report, Row

SHOWN = 10  # annotations of one step, GitHub's limit
MODELS = "neurons/models"


def publish(report: Report, environment: Mapping[str, str] = os.environ) -> None:
    """Print the annotations and add the report to the step summary, if this is a run on GitHub."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    failing = [row for row in report.rows if row.verdict in EXIT_CODES]
    print(*map(annotation, failing[:SHOWN]), sep="\n")
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown.text(report))


def annotation(row: Row) -> str:
    """Return the workflow command that shows a row, at its model's file if it has one."""
    source = Path(MODELS, f"{row.model}.py")
    places = {"file": source.as_posix()} if row.model.isidentifier() and source.is_file() else {}
    title = f"{row.verdict}: {row.name}" if row.benchmark else str(row.verdict)
    properties = ",".join(f"{k}={_property(v)}" for k, v in {**places, "title": title}.items())
    return f"::error {properties}::{_message(row.reason)}"


def _message(text: str) -> str:
    for character in "%\r\n":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")

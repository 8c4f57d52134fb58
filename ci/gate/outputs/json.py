"""JSON, for programs; `docs/gate.schema.json` is its schema, written by `make readme`."""

import json
from dataclasses import dataclass

import msgspec

from ci.gate.rows import Report, Row, Setting
from ci.gate.statistics import Outcome

FILE = "gate.json"
SCHEMA = 1  # one more if a field changes its meaning or goes


@dataclass(frozen=True)
class Content:
    """The file as a whole."""

    schema: int
    verdict: Outcome
    headline: str
    exit_code: int
    setting: Setting
    rows: list[Row]


def text(report: Report) -> str:
    """Return the report as one JSON object."""
    content = Content(
        SCHEMA, report.verdict, report.headline, report.exit_code, report.setting, report.rows
    )
    return _indented(msgspec.json.encode(content))


def schema() -> str:
    """Return the JSON schema of the file."""
    return _indented(msgspec.json.encode(msgspec.json.schema(Content)))


def _indented(encoded: bytes) -> str:
    return json.dumps(json.loads(encoded), indent=1, ensure_ascii=False) + "\n"

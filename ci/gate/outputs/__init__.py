"""The report in several formats, one per file: its `FILE` name, and `text(report)`.

All of them take what comes from a pull request, its branches, messages and errors, as text: nothing
in it becomes markup, a mention, a link or a command.
"""

from pathlib import Path

from ci.gate.outputs import json, junit, markdown, page
from ci.gate.rows import Report

FORMATS = (markdown, json, junit, page)


def write(report: Report, folder: Path) -> None:
    """Write a file of every format into a folder; each is there as a whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in [(folder / output.FILE, output.text(report)) for output in FORMATS]:
        partial = file.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)

"""The report in several formats, one per file: its `FILE` name, and `text(report)`.

All of them take what comes from a pull request, its branches, messages and errors, as text: nothing
in it becomes markup, a mention, a link or a command.
"""

from pathlib import Path

from ci.gate.outputs import json, junit, markdown, page
from ci.gate.rows import Report

FORMATS = (markdown, json, junit, page)


def write(report: Report, folder: Path) -> None:
    """Write a file of every format into a folder: all of them, or none if it is interrupted."""
    texts = {folder / output.FILE: output.text(report) for output in FORMATS}
    folder.mkdir(parents=True, exist_ok=True)
    partial = {file.with_name(f"{file.name}.partial"): file for file in texts}
    try:
        for unfinished, file in partial.items():
            unfinished.write_text(texts[file], encoding="utf-8")
        for unfinished, file in partial.items():
            unfinished.replace(file)
    finally:
        for unfinished in partial:
            unfinished.unlink(missing_ok=True)

"""Print chosen sections of the report as one PDF, by Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from reports import sections, site, templates
from reports.view import View

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 300  # that Chromium may take


def write(view: View, file: Path, names: Sequence[str] = ()) -> Path:
    """Write the sections of these names, or all that were measured, as a PDF; return its path.

    Raises ValueError, with one line, if a name is unknown, nothing of a section was measured, or
    there is no Chromium.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise ValueError(
            f"no browser for --pdf: looked for {', '.join(BROWSERS)}; install Chromium (apt install"
            " chromium), or print the pages from the browser you have"
        )
    text = html(view, names)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "paper.html"
        source.write_text(text, encoding="utf-8")
        _print(browser, source, file)
    return file


def html(view: View, names: Sequence[str] = ()) -> str:
    """Return the text of the document: the sections in the order of their names, or of the report.

    Raises ValueError, with one line, if a name is unknown or nothing of it was measured.
    """
    loaded = {section.__name__.rsplit(".", 1)[-1]: section for section in sections.load()}
    for name in names:
        if name not in loaded:
            close = get_close_matches(name, loaded, 1)
            hint = f"did you mean '{close[0]}'? " if close else ""
            raise ValueError(f"no section '{name}'; {hint}known: {', '.join(sorted(loaded))}")
    bodies = {name: loaded[name].render(view) for name in names or loaded}
    missing = [name for name in names if bodies[name] is None]
    if missing:
        command = site.command_of(loaded[missing[0]])
        raise ValueError(f"section '{missing[0]}' was not measured; measure it: {command}")
    shown = [{"title": loaded[name].TITLE, "body": body} for name, body in bodies.items() if body]
    style = site.style(view.models)
    return str(templates.render("paper.html", view=view, sections=shown, style=style))


def _print(browser: str, source: Path, file: Path) -> None:
    """Let the browser print a page into a file, or raise ValueError with its last line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    options = ["--headless", "--disable-gpu", "--no-pdf-header-footer"]
    options += [f"--user-data-dir={source.parent / 'profile'}"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses one to root
    target = f"--print-to-pdf={file.absolute()}"
    try:
        ended = subprocess.run(
            [browser, *options, target, source.as_uri()],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"{browser} printed nothing in {_SECONDS} s; choose --sections") from None
    if ended.returncode or not file.exists():
        last = (ended.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ValueError(f"{browser} could not print {file}: {last}")

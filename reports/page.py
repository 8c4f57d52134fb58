"""Write the site and the Markdown summary of a view."""

from __future__ import annotations

from pathlib import Path

from reports import sections, site
from reports.highlights import highlights
from reports.markdown import code, markdown_text
from reports.sections.provenance import facts, failures
from reports.view import View


def markdown(view: View) -> str:
    """Return the summary: the highlights first, then each section's table."""
    lines = [f"# spikebench, {view.commit.short} on {markdown_text(view.machine)}", ""]
    lines += [f"- {markdown_text(highlight.sentence)}" for highlight in highlights(view)]
    lines += ["", *(f"> {markdown_text(note)}\n" for note in view.notes)]
    lines += [f"**{label}:** {markdown_text(value)}  " for label, value in facts(view).items()]
    failed = failures(view.frame)
    if failed:
        lines += ["", f"**{len(failed)} failed:**", *(f"- {code(failure)}" for failure in failed)]
    for section in sections.load():
        table = section.table(view) if hasattr(section, "table") else None
        if table is not None:
            lines += ["", f"## {section.TITLE}", "", table.markdown()]
    return "\n".join(lines) + "\n"


def build(view: View, folder: Path, summary: Path | None = None) -> list[Path]:
    """Write the site and `summary.md` into `folder`; return the paths of overview and summary.

    The pages link asv's pages if they are in the subfolder `asv`.
    """
    asv = "asv/index.html" if (folder / "asv" / "index.html").exists() else ""
    texts = {folder / name: text for name, text in site.files(view, asv).items()}
    summary = summary or folder / "summary.md"
    for path, text in (texts | {summary: markdown(view)}).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / site.OVERVIEW.file, summary]

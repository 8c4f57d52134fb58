"""Build the page and the Markdown summary from the sections that were measured."""

from __future__ import annotations

from pathlib import Path

from reports import palette, sections, templates
from reports.highlights import highlights
from reports.markdown import code, markdown_text
from reports.sections.provenance import facts, failures
from reports.view import View


def html(view: View, site: str = "") -> str:
    """Return the page as one file with its style, script and drawings; link asv's pages, `site`."""
    bodies = [
        {"id": section.__name__.rsplit(".", 1)[-1], "title": section.TITLE, "body": body}
        for section in sections.load()
        if (body := section.render(view)) is not None
    ]
    return templates.render(
        "page.html",
        view=view,
        highlights=highlights(view),
        sections=bodies,
        colours=palette.css(view.models),
        site=site,
    )


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
    """Write `index.html` and `summary.md` into `folder`, and return their paths.

    The page links asv's pages if they are in the subfolder `asv`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    site = "asv/index.html" if (folder / "asv" / "index.html").exists() else ""
    texts = {
        folder / "index.html": html(view, site),
        summary or folder / "summary.md": markdown(view),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)

"""What the papers say that their neurons do, and whether it holds here, paper by paper."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise
from typing import Any

from markupsafe import Markup

from reports import pictures, records, tables, templates, units
from reports.records import Record
from reports.tables import Head, Table
from reports.view import View

PAGE = "findings"
TITLE = "Findings"
ORDER = 56

VERDICTS = {"holds": "holds", "does not hold": "fails", "not separated": "open"}  # CSS classes
_FAILS = VERDICTS["does not hold"]
PAPERS = {  # and what is computed from one paper's numbers alone
    **{"clif": "CLIF", "ds_atgo": "DS-ATGO", "dsn": "DSN", "st_dano": "ST-DANO", "stc": "STC"},
    "dsn_consistency": "DSN, its numbers against each other",
}


def render(view: View) -> Markup:
    entries = [_entry(view, r) for r in records.newest(view.records, "finding").values()]
    entries.sort(key=lambda entry: (entry["paper"], entry["name"]))
    for entry in entries:
        entry["paper"] = PAPERS.get(entry["paper"], entry["paper"])
    papers = {paper: [*group] for paper, group in groupby(entries, key=lambda e: e["paper"])}
    counts = Counter(entry["verdict"] for entry in entries)
    shown = table(view)
    menu = shown.downloads() if shown else ""
    failing = [entry for entry in entries if entry["class"] == _FAILS]
    return templates.render(
        "findings.html", papers=papers, counts=counts, failing=failing, menu=menu
    )


def failing(view: View) -> tuple[Counter[str], int]:
    """Return of each paper how many of its statements do not hold, and how many were checked."""
    contents = [record.content for record in records.newest(view.records, "finding").values()]
    failed = [c["paper"] for c in contents if VERDICTS.get(c["verdict"]) == _FAILS]
    return Counter(PAPERS.get(paper, paper) for paper in sorted(failed)), len(contents)


def table(view: View) -> Table | None:
    """Return a row per finding."""
    contents = [record.content for record in records.newest(view.records, "finding").values()]
    body = [
        [
            tables.text(PAPERS.get(c["paper"], c["paper"])),
            tables.text(c["statement"]),
            tables.text(c["verdict"]),
            tables.text(figure_of(c)),
        ]
        for c in contents
    ]
    heads = [Head("paper"), Head("statement"), Head("verdict"), Head("figure")]
    return Table(heads, body, "Findings") if body else None


def figure_of(content: dict[str, Any]) -> str:
    """Return the figure that decides, with its unit and its interval."""
    if content["figure"] is None:
        return "not finite"
    text = f"{units.digits(content['figure'])} {content['unit']}".strip()
    if content["exact"] or content["low"] is None:
        return text
    low, high = (units.digits(content[end]) for end in ("low", "high"))
    return f"{text} (95 % interval {low} to {high}, {content['seeds']} seeds)"


def _entry(view: View, record: Record) -> dict[str, Any]:
    """Return what the template shows of a finding."""
    content = record.content
    history = [r for r in view.records if (r.kind, r.name) == (record.kind, record.name)]
    changes = [
        f"{before.content['verdict']} until {before.commit[:8]}"
        for before, after in pairwise(history)
        if before.content["verdict"] != after.content["verdict"]
    ]
    return pictures.entry(record) | {
        "figure": figure_of(content),
        "class": VERDICTS.get(content["verdict"], "open"),
        "commit": record.commit[:8],
        "changes": changes,
        "shown": {key: units.digits(v) for key, v in content["numbers"].items() if v is not None},
    }

"""The numbers that papers print, computed again."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from reports import records, tables, templates, units
from reports.sections.findings import PAPERS
from reports.tables import Head, Table
from reports.view import View

PAGE = "claims"
TITLE = "Claims"
ORDER = 57

_INTRO = (
    "Numbers that the papers print, beside the same number by our code: parameters, operations and"
    " energies follow from the networks; rates were measured by the papers. Where ours differs, the"
    " reason stands behind it."
)
_COMMAND = "python -m suites.claims"


def render(view: View) -> Markup:
    found = records.newest(view.records, "claim")
    if not found:
        return templates.render("not_recorded.html", command=_COMMAND)
    rows = {PAPERS.get(name, name): record.content["rows"] for name, record in found.items()}
    differing = [row for claims in rows.values() for row in claims if not row["reproduces"]]
    folded = {_summary(paper, claims): _table(claims, paper) for paper, claims in rows.items()}
    tables_ = [_table(differing, "Not reproduced")] if differing else []
    return templates.render("figures.html", intro=_INTRO, tables=tables_, folded=folded)


def _summary(paper: str, claims: list[dict[str, Any]]) -> str:
    return f"{paper}: {sum(c['reproduces'] for c in claims)} of {len(claims)} numbers reproduced"


def _table(claims: list[dict[str, Any]], caption: str) -> Table:
    heads = [Head("table"), Head("quantity"), Head("paper"), Head("ours"), Head("unit")]
    heads += [Head("agree"), Head("how, and why not")]
    body = [
        [
            tables.text(claim["table"], "wrap"),
            tables.text(claim["quantity"], "wrap"),
            tables.number(claim["paper"], f"{claim['paper']:g}"),
            tables.number(claim["ours"], units.digits(claim["ours"])),
            tables.text(claim["unit"], "wrap"),
            tables.text("yes" if claim["reproduces"] else "no"),
            tables.text(claim["convention"], "prose"),
        ]
        for claim in claims
    ]
    return Table(heads, body, caption, _COMMAND)

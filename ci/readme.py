"""`make readme`: renew what the documentation copies from the code: tables, a schema."""

import re
from pathlib import Path

from ci.gate.outputs import json
from neurons import __main__ as neurons
from suites.findings import __main__ as findings

DOCS = Path(__file__).parents[1] / "docs"
TABLES = {"models": neurons.table, "findings": findings.table}  # by the name of the page
SCHEMA = DOCS / "gate.schema.json"


def renewed(name: str) -> str:
    """Return a page with the table of today's code between its two marks."""
    text = page(name).read_text(encoding="utf-8")
    marked = re.compile(rf"(?<=<!-- {name} -->\n\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    return marked.sub(lambda _: TABLES[name]() + "\n\n", text)


def page(name: str) -> Path:
    return DOCS / f"{name}.md"


if __name__ == "__main__":
    for name in TABLES:
        page(name).write_text(renewed(name), encoding="utf-8")
    SCHEMA.write_text(json.schema(), encoding="utf-8")

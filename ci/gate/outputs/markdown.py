"""Markdown, for the comment on a pull request: the verdict, what to do next, the worst rows."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ci.gate.rows import Report
from ci.gate.rules import every_rule
from reports.markdown import code, markdown_text
from reports.units import quantity, times

FILE = "gate.md"
SHOWN = 50  # rows of a table: a comment on GitHub has 65,536 characters at most


def text(report: Report) -> str:
    """Return the comment: headline, urgent rows, the worst of the others folded."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "quantity": quantity,
        "times": times,
        "cell": markdown_text,
        "code": code,
    }
    rules = [" ".join((rule.__doc__ or "").split()) for rule in every_rule()]
    return environment.get_template("gate.md.j2").render(report=report, rules=rules, shown=SHOWN)

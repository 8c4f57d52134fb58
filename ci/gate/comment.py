"""A report as files: `gate.md` for the pull request, `gate.json` for machines."""

import json
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ci.gate.rows import Report
from ci.gate.rules import every_rule
from reports.markdown import code, markdown_text
from reports.units import quantity, times


def markdown(report: Report) -> str:
    """Return the pull-request comment: headline, urgent rows, the other rows folded."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
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
    return environment.get_template("gate.md.j2").render(report=report, rules=rules)


def write(report: Report, folder: Path) -> None:
    """Write both files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.md").write_text(markdown(report))
    content = {
        "verdict": report.verdict,
        "headline": report.headline,
        "exit_code": report.exit_code,
        **report.setting,
        "rows": [{"name": row.name, **asdict(row)} for row in report.rows],
    }
    (folder / "gate.json").write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")

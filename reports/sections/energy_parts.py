"""What the energy of one sample is spent on."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import commands, conditions, records, templates
from reports.drawing import bar_legend
from reports.stacks import stacks
from reports.view import View

PAGE = "energy"
TITLE = "What the energy is spent on"
ORDER = 81

_COMMAND = "asv run HEAD^! --bench ^energy"
_UNIT = "nJ/sample"
_MAIN = "default"  # counts all arithmetic
_INTRO = (
    "The energy above, divided as each convention counts it. An AC adds a weight where a spike"
    " arrives, a MAC multiplies it with an analog value; neurons is the arithmetic inside them,"
    " other layers are pools, norms and what is between. clif_memory divides by what is accessed."
    " The scales differ from figure to figure."
)


def render(view: View) -> Markup:
    recorded = records.newest(view.records, "energy", view.commit.hash).values()
    rows = pd.DataFrame(
        [
            {"condition": record.content["condition"], "model": record.content["model"]}
            | {"convention": convention, "part": part, "value": value}
            for record in recorded
            for convention, energy in record.content[_UNIT].items()
            for part, value in energy.items()
        ]
    )
    if rows.empty:
        return templates.render("not_recorded.html", command=_COMMAND)
    rows = rows.sort_values("convention", key=lambda names: names != _MAIN, kind="stable")
    parts = list(dict.fromkeys(rows["part"]))
    command = commands.of_rows(view.ok("energy", "energy")) or _COMMAND
    panels = {}
    for (convention, condition), cases in _shown(rows).groupby(
        ["convention", "condition"], sort=False
    ):
        title = f"{convention}, {condition}: energy by part"
        name = f"energy-parts-{convention}-{condition}"
        figure = stacks(cases, parts, name=name, title=title, unit=_UNIT)
        panels[title] = figure + commands.menu(command, title)
    intro = f"{_INTRO}{records.others(recorded, view.commit.hash)}"
    legend = bar_legend(parts, "energy-parts")
    return templates.render("figures.html", intro=intro, legend=legend, panels=panels)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the main convention, and of the others under the first condition alone."""
    first = rows["condition"] == conditions.first(rows)
    return rows[(rows["convention"] == _MAIN) | first]

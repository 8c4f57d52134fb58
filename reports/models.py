"""What the page of a model shows: its equations and options, its numbers, what is said of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports import commands, equations, figures, pictures, records, source, tables, units
from reports.criteria import Criterion
from reports.drawing import line_legend
from reports.sections.findings import PAPERS, VERDICTS, figure_of
from reports.source import Source
from reports.tables import Head, Table
from reports.view import View

_SHOWN = 2  # options in the example


def context(view: View, model: str, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return what the template of a model's page shows."""
    read, values = source.read(model), _values(view, model)
    return {
        "model": model,
        "source": read,
        "described": _described(read) if read else {},
        "example": example(model, source.options(read)) if read else "",
        "numbers": [(c, c.entries[model], _places(c)) for c in criteria if model in c.entries],
        "drawn": _over_steps(view, model),
        "dynamics": _dynamics(view, model),
        "findings": [*_findings(view, model)],
        "claims": _claims(view, model),
        "values": values,
        "again": commands.menu(values.command, f"numbers of {model}"),
    }


def example(model: str, options: Iterable[source.Field]) -> str:
    """Return five lines that run a layer of the model forward and backward."""
    numbers = [f for f in options if re.fullmatch(r"[\d.]+", f.default)][:_SHOWN]
    given = "".join(f", {field.name}={field.default}" for field in numbers)
    return (
        "import neurons, torch\n\n"
        f'layer = neurons.Layer("{model}"{given})\n'
        "x = torch.randn(64, 8, 32, requires_grad=True)  # [T, N, C]\n"
        "spikes = layer(x)\n"
        "spikes.sum().backward()\n"
    )


def _described(read: Source) -> dict[str, Any]:
    """Return what the file of a model says of it."""
    options = source.options(read)
    return {
        "runs": source.runs(read),
        "blocks": [*equations.blocks(read.docstring)],
        "options": options,
        "learned": source.learned(read),
        "state": read.fields("State"),
        "prose": equations.prose,
    }


def _places(criterion: Criterion) -> list[tuple[str, float]]:
    """Return the place of every model on a line from the first to the last value, in percent."""
    values = {
        m: e.value for m, e in criterion.entries.items() if e.rank and not math.isnan(e.value)
    }
    if len(values) < 2:
        return []
    wide = min(values.values()) > 0 and max(values.values()) > 10 * min(values.values())
    scaled = {m: math.log(value) if wide else value for m, value in values.items()}
    best = min(scaled, key=lambda m: criterion.entries[m].rank)
    worst = max(scaled, key=lambda m: criterion.entries[m].rank)
    span = scaled[worst] - scaled[best] or 1.0
    return [(m, round(100 * (value - scaled[best]) / span, 1)) for m, value in scaled.items()]


def _over_steps(view: View, model: str) -> dict[str, Any]:
    """Return the figure of forward + backward over T with its legend, nothing at a single T."""
    rows = view.ok("speed", "training")
    rows = rows[(rows["model"] == model) & (rows["value"] > 0)]
    rows = rows[rows["size"] == rows["size"].iloc[0]] if len(rows) else rows
    title = f"Forward + backward of {model}"
    drawn = figures.panels(rows, view.styles, title, stem="time", unit="seconds", model=model)
    legend = line_legend(view.styles_of(rows), "time") if drawn else {}
    return {"panels": drawn, "legend": legend}


def _dynamics(view: View, model: str) -> list[Markup]:
    """Return the figures of what a neuron does with the input that all models get."""
    record = records.newest(view.records, "dynamics").get(model)
    return pictures.entry(record)["drawn"] if record else []


def _findings(view: View, model: str) -> Iterable[dict[str, Any]]:
    """Yield the statements about a model, by paper, each with its verdict."""
    for name, record in records.newest(view.records, "finding").items():
        content = record.content
        if model in content["models"]:
            paper = PAPERS.get(content["paper"], content["paper"])
            kind = VERDICTS.get(content["verdict"], "open")
            yield {"name": name, "paper": paper, "kind": kind, "figure": figure_of(content)} | {
                key: content[key] for key in ("statement", "verdict")
            }


def _claims(view: View, model: str) -> dict[str, str]:
    """Return how many of each paper's numbers that name the model are reproduced, by paper."""
    found = {}
    for paper, record in records.newest(view.records, "claim").items():
        rows = record.content["rows"]
        about = [row["reproduces"] for row in rows if model in named(row["quantity"], view.models)]
        if about:
            found[PAPERS.get(paper, paper)] = f"{sum(about)} of {len(about)} numbers reproduced"
    return found


def named(text: str, models: Iterable[str]) -> set[str]:
    """Return the models that a text names: `Sliding PSN` is sliding_psn, and not psn as well."""
    found = set()
    for model in sorted(models, key=len, reverse=True):
        pattern = rf"(?<![\w-]){model.replace('_', '[ _]')}(?![\w-])"
        text, count = re.subn(pattern, "", text, flags=re.IGNORECASE)
        found |= {model} if count else set()
    return found


def _values(view: View, model: str) -> Table:
    """Return every value of a model: what was measured, at which case, and its interval."""
    rows = view.frame[(view.frame["model"] == model) & (view.frame["state"] != "n/a")]
    body = [
        [
            tables.text(row.suite),
            tables.text(row.metric.replace("_", " ")),
            tables.text(_case(row)),
            _value(row),
            tables.text(_interval(row)),
        ]
        for row in tables.tuples(rows)
    ]
    heads = ("suite", "metric", "case", "value", "99 % interval")
    command = commands.of_model(model, rows)
    return Table([*map(Head, heads)], body, f"Every value of {model}", command)


def _case(row: Any) -> str:
    axes = [row.backend, row.shape, *(f"{axis} {value}" for axis, value in row.params.items())]
    return ", ".join(str(part) for part in axes if not pd.isna(part))


def _value(row: Any) -> tables.Cell:
    if row.state != "ok":
        return tables.value(row)
    return tables.number(row.value, units.quantity(row.value, row.unit or ""))


def _interval(row: Any) -> str:
    if math.isnan(row.lo):
        return ""
    return " to ".join(units.quantity(end, row.unit or "") for end in (max(row.lo, 0.0), row.hi))

"""How far back in time a gradient reaches, and how much truncation changes it."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import commands, conditions, tables, templates, units
from reports.figures import lines
from reports.remarks import column as remarks_of
from reports.tables import Cell, Head, Table
from reports.view import View

PAGE = "gradients"
TITLE = "Horizon of the gradient"
ORDER = 62

_SMALLEST = 1e-9  # a smaller norm has no effect and is not drawn
_SHARE = 0.01
_AXIS = {"norm": "lag", "truncation_change": "window"}
_TITLES = {
    "norm": "Norm of ∂s[t]/∂x[t-k]",
    "truncation_change": "Relative change of a gradient cut every k steps",
}
_INTRO = (
    "The norm of the derivative of a spike by the input k steps before, per neuron, in float64, at"
    " a random input and the initial parameters. A line ends where the norm falls below"
    f" {units.digits(_SMALLEST, 1)}. The reach is the largest measured k at which the norm is at"
    f" least {_SHARE:.0%} of its largest value. Truncated backpropagation through time cuts the"
    " gradient every k steps: its change is given relative to the whole gradient, for the input or"
    " parameter where it is largest."
)


def render(view: View) -> Markup | None:
    measured = {metric: rows for metric in _AXIS if len(rows := _rows(view, metric))}
    if not measured:
        return None
    drawn = [
        _panel(view, metric, str(condition), rows)
        for metric, all_rows in measured.items()
        for condition, rows in all_rows.groupby("condition")
        if (rows["value"] >= _SMALLEST).any()
    ]
    everything = pd.concat(measured.values())
    shown = [_table(view, metric, rows) for metric, rows in measured.items()]
    return templates.render(
        "figures.html",
        intro=f"{_INTRO} {conditions.meanings(everything)}",
        panels=dict(drawn),
        tables=[*shown, conditions.unmet(view, everything)],
    )


def table(view: View) -> Table | None:
    """Return a row per condition and model: its reach, and the norm at each k."""
    rows = _rows(view, "norm")
    return _table(view, "norm", rows) if len(rows) else None


def _rows(view: View, metric: str) -> pd.DataFrame:
    rows = conditions.known(view.ok("gradients", metric))
    k = [params[_AXIS[metric]] for params in rows["params"]]
    return rows.assign(k=k).sort_values(["model", "k"])


def _panel(view: View, metric: str, condition: str, rows: pd.DataFrame) -> tuple[str, Markup]:
    """Return the title and the figure of a metric: a line per model over k."""
    title, steps = f"{_TITLES[metric]}, {condition}", sorted(rows["k"].unique())
    large = rows[rows["value"] >= _SMALLEST].assign(backend="")
    drawn = lines(
        large.assign(at=large["k"].map(steps.index)),
        view.styles,
        name=f"horizon-{metric}-{condition}",
        title=title,
        unit="unit",
        x="at",
        x_label=f"k (time steps {'back' if metric == 'norm' else 'between cuts'})",
        x_names=[str(k) for k in steps],
    )
    return title, drawn


def _table(view: View, metric: str, rows: pd.DataFrame) -> Table:
    """Return a row per condition and model, a column per k; norms have a column `reach`.

    Norms are sorted by it within a condition: the model with the shortest reach is first.
    """
    wide = rows.pivot_table(index=["condition", "model"], columns="k", values="value")
    if metric == "norm":
        reach = wide.apply(_reach, axis=1).rename("reach").reset_index()
        order = reach.sort_values(["condition", "reach"], kind="stable")
        wide = wide.loc[[*zip(order["condition"], order["model"], strict=True)]]
    cases = list(wide.index.to_frame().itertuples(index=False, name=None))
    remark, remarks = remarks_of(view, [(model, "") for _, model in cases])
    body = []
    for position, ((condition, model), remark_cells) in enumerate(zip(cases, remarks, strict=True)):
        values = wide.iloc[position]
        cells = [tables.value(None) if pd.isna(v) else _norm(v) for v in values]
        if metric == "norm":
            cells.insert(0, _reach_cell(_reach(values)))
        labels = [tables.label("model", model), tables.text(condition)]
        body.append([*labels, *cells, *remark_cells])
    reach_head = [Head("reach", "steps")] if metric == "norm" else []
    steps = [Head(f"k = {k}") for k in wide]
    heads = [Head("model"), Head("condition"), *reach_head, *steps, *remark]
    return Table(heads, body, _TITLES[metric], commands.of_rows(rows))


def _norm(value: float) -> Cell:
    return tables.number(value, units.digits(value, 2))


def _reach(norms: pd.Series) -> int:
    """Return the largest k whose norm is `_SHARE` of the largest norm, -1 if all norms are 0."""
    large = norms[(norms >= _SHARE * norms.max()) & (norms > 0)]
    return int(large.index.max()) if len(large) else -1


def _reach_cell(reach: int) -> Cell:
    if reach < 0:
        return Cell("none", float(reach), note="the output does not depend on any input")
    return tables.number(reach, units.steps(reach))

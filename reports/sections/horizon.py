"""How far back in time a gradient reaches, and how much truncation changes it."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.figures import lines
from reports.tables import Cell, Head, Table
from reports.view import View

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
    " a random input, with the model's default surrogate and its initial parameters. A line ends"
    f" where the norm falls below {units.digits(_SMALLEST, 1)}. The reach is the largest measured k"
    f" at which the norm is at least {_SHARE:.0%} of its largest value. Truncated backpropagation"
    " through time cuts the gradient every k steps: its change is given relative to the whole"
    " gradient, for the input or parameter where it is largest."
)


def render(view: View) -> Markup | None:
    measured = {metric: rows for metric in _AXIS if len(rows := _rows(view, metric))}
    if not measured:
        return None
    drawn = [
        _panel(view, metric, rows)
        for metric, rows in measured.items()
        if (rows["value"] >= _SMALLEST).any()
    ]
    shown = [_table(metric, rows) for metric, rows in measured.items()]
    return templates.render("figures.html", intro=_INTRO, panels=dict(drawn), tables=shown)


def table(view: View) -> Table | None:
    """Return a row per model: its reach, and the norm at each k."""
    rows = _rows(view, "norm")
    return _table("norm", rows) if len(rows) else None


def _rows(view: View, metric: str) -> pd.DataFrame:
    rows = view.ok("gradients", metric)
    k = [params[_AXIS[metric]] for params in rows["params"]]
    return rows.assign(k=k).sort_values(["model", "k"])


def _panel(view: View, metric: str, rows: pd.DataFrame) -> tuple[str, Markup]:
    """Return the title and the figure of a metric: a line per model over k."""
    title, steps = _TITLES[metric], sorted(rows["k"].unique())
    large = rows[rows["value"] >= _SMALLEST].assign(backend="")
    drawn = lines(
        large.assign(at=large["k"].map(steps.index)),
        view.styles,
        name=f"horizon-{metric}",
        title=title,
        unit="unit",
        x="at",
        x_label=f"k (time steps {'back' if metric == 'norm' else 'between cuts'})",
        x_names=[str(k) for k in steps],
    )
    return title, drawn


def _table(metric: str, rows: pd.DataFrame) -> Table:
    """Return a row per model and a column per k; norms have a column `reach` and are sorted by it.

    The model with the shortest reach is first.
    """
    wide = rows.pivot_table(index="model", columns="k", values="value")
    heads, body = [Head("model"), *(Head(f"k = {k}") for k in wide)], []
    if metric == "norm":
        heads.insert(1, Head("reach", "steps"))
        wide = wide.loc[wide.apply(_reach, axis=1).sort_values(kind="stable").index]
    for model, values in wide.iterrows():
        cells = [tables.number(value, units.digits(value, 2)) for value in values]
        if metric == "norm":
            cells.insert(0, _reach_cell(_reach(values)))
        body.append([tables.label("model", str(model)), *cells])
    return Table(heads, body, _TITLES[metric])


def _reach(norms: pd.Series) -> int:
    """Return the largest k whose norm is `_SHARE` of the largest norm, -1 if all norms are 0."""
    large = norms[(norms >= _SHARE * norms.max()) & (norms > 0)]
    return int(large.index.max()) if len(large) else -1


def _reach_cell(reach: int) -> Cell:
    if reach < 0:
        return Cell("none", float(reach), note="the output does not depend on any input")
    return tables.number(reach, units.steps(reach))

"""How far back in time a gradient reaches, and what cutting it loses."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reports import tables, templates, units
from reports.figures import lines
from reports.tables import Cell, Head, Table
from reports.view import View

TITLE = "Horizon of the gradient"
ORDER = 62

_FLOOR = 1e-9  # a norm below it moves nothing
_SHARE = 0.01
_AXIS = {"norm": "lag", "truncation_change": "every"}
_TITLES = {
    "norm": "Norm of ∂s[t]/∂x[t-k]",
    "truncation_change": "Relative change of a gradient cut every k steps",
}
_INTRO = (
    "The norm of the derivative of a spike by the input k steps before, per neuron, at a random"
    " input, with the surrogate's derivative and parameters as they are drawn, in float64. A line"
    f" ends where less than {units.digits(_FLOOR, 1)} is left. The reach is the last k measured at"
    f" which {_SHARE:.0%} of the largest norm is left. Truncated backpropagation through time cuts"
    " the gradient every k steps: what that changes, relative to the whole gradient, for the input"
    " or parameter where it changes most."
)


def render(view: View) -> Markup | None:
    found = {metric: rows for metric in _AXIS if len(rows := _rows(view, metric))}
    if not found:
        return None
    return templates.render(
        "figures.html",
        intro=_INTRO,
        panels=dict(_panel(*of) for of in found.items() if (of[1]["value"] >= _FLOOR).any()),
        tables=[_table(*of) for of in found.items()],
    )


def table(view: View) -> Table | None:
    rows = _rows(view, "norm")
    return _table("norm", rows) if len(rows) else None


def _rows(view: View, metric: str) -> pd.DataFrame:
    rows = view.ok("gradients", metric)
    k = [params[_AXIS[metric]] for params in rows["params"]]
    return rows.assign(k=k).sort_values(["model", "k"])


def _panel(metric: str, rows: pd.DataFrame) -> tuple[str, Markup]:
    """A line per model over k, down to the floor."""
    title, steps = _TITLES[metric], sorted(rows["k"].unique())
    left = rows[rows["value"] >= _FLOOR].assign(backend="")
    drawn = lines(
        left.assign(at=left["k"].map(steps.index)),
        name=f"horizon-{metric}",
        title=title,
        unit="unit",
        x="at",
        x_label=f"k (time steps {'back' if metric == 'norm' else 'between cuts'})",
        x_names=[str(k) for k in steps],
    )
    return title, drawn


def _table(metric: str, rows: pd.DataFrame) -> Table:
    """A row per model, a column per k; norms with their reach, by which they are sorted."""
    wide = rows.pivot_table(index="model", columns="k", values="value")
    heads, body = [Head("model"), *(Head(f"k = {k}") for k in wide)], []
    if metric == "norm":
        heads.insert(1, Head("reach", "steps"))
        wide = wide.loc[wide.apply(_reach, axis=1).sort_values(kind="stable").index]
    for model, values in wide.iterrows():
        cells = [tables.number(value, units.digits(value, 2)) for value in values]
        if metric == "norm":
            cells.insert(0, _steps(_reach(values)))
        body.append([tables.named("model", str(model)), *cells])
    return Table(heads, body, _TITLES[metric])


def _reach(norms: pd.Series) -> int:
    """The last k at which a share of the largest norm is left; -1 where there is none at all."""
    left = norms[(norms >= _SHARE * norms.max()) & (norms > 0)]
    return int(left.index.max()) if len(left) else -1


def _steps(reach: int) -> Cell:
    if reach < 0:
        return Cell("none", float(reach), note="no input moves a spike any more")
    return tables.number(reach, units.steps(reach))

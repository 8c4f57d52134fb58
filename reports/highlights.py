"""The five numbers a reader wants first, as far as they were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports import analysis, units
from reports.view import View


@dataclass(frozen=True)
class Highlight:
    """A number for the eye and a sentence that stands on its own."""

    number: str
    sentence: str


def five(view: View) -> list[Highlight]:
    """Those of the five that exist in this view."""
    wanted = (_over_baseline, _over_peer, _slope, _accuracy, _energy)
    return [found for ask in wanted if (found := ask(view)) is not None]


def _top(rows: pd.DataFrame, column: str) -> dict[str, Any]:
    """The row with the largest value in `column`."""
    best: Any = rows.nlargest(1, column).to_dict("records")
    return best[0]


def _direction(rows: pd.DataFrame) -> pd.DataFrame:
    """Forward + backward where it was measured, else the forward alone."""
    training = rows[rows["metric"] == "training"]
    return training if len(training) else rows[rows["metric"] == "forward"]


def _doing(metric: str) -> str:
    return "forward + backward" if metric == "training" else metric


def _star(rows: pd.DataFrame, baseline: str) -> str | None:
    """The model to tell of: dsn, or the one furthest ahead when it is not there."""
    others = rows[rows["model"] != baseline]
    if others.empty:
        return None
    return "dsn" if "dsn" in set(others["model"]) else _top(others, "ratio")["model"]


def _over_baseline(view: View) -> Highlight | None:
    rows = _direction(analysis.speedups(view.ours(view.ok("speed")), view.baseline))
    rows = analysis.largest(rows[rows["model"] != view.baseline])
    star = _star(rows, view.baseline)
    if star is None:
        return None
    row = _top(rows[rows["model"] == star], "ratio")
    faster = row["ratio"] >= 1
    number = units.times(row["ratio"] if faster else 1 / row["ratio"])
    sentence = (
        f"{star} ({row['backend']}) runs {_doing(row['metric'])} {number}"
        f" {'faster' if faster else 'slower'} than {view.baseline} ({row['base_backend']})"
        f" at {row['shape']}: {units.quantity(row['value'], 'seconds')}"
        f" against {units.quantity(row['base'], 'seconds')}."
    )
    return Highlight(number, sentence)


def _over_peer(view: View) -> Highlight | None:
    rows = analysis.against_peers(view.ok("speed"), view.peers)
    if rows.empty:
        return None
    row = _top(rows, "ratio")
    if row["ratio"] < 1:
        return Highlight(
            units.times(1 / row["ratio"]), f"No case is faster here than in {row['backend']} yet."
        )
    number = units.times(row["ratio"])
    sentence = (
        f"{row['model']} ({row['our_backend']}) runs {_doing(row['metric'])} {number} faster than"
        f" the same neuron in {row['backend']} at {row['shape']}:"
        f" {units.quantity(row['ours'], 'seconds')} against"
        f" {units.quantity(row['value'], 'seconds')}."
    )
    return Highlight(number, sentence)


def _slope(view: View) -> Highlight | None:
    rows = _direction(view.ours(view.ok("speed")))
    best = analysis.fastest(analysis.largest(rows)) if len(rows) else rows
    star = best[best["model"] == "dsn"]
    fits = analysis.slopes(rows[rows["model"] == "dsn"]) if len(star) else pd.DataFrame()
    if fits.empty:
        return None
    same = fits[fits["backend"] == star["backend"].iloc[0]]
    fit = (same if len(same) else fits).iloc[0]
    sentence = (
        f"The time of dsn ({fit['backend']}, {_doing(fit['metric'])}) grows as T to the power"
        f" {fit['slope']:.2f} from T = {units.steps(fit['first'])} to {units.steps(fit['last'])}"
        " steps (1 is linear)."
    )
    return Highlight(f"∝ T{units.power(fit['slope'])}", sentence)


def _accuracy(view: View) -> Highlight | None:
    rows = view.ok("accuracy", "test_error")
    if rows.empty:
        return None
    seeds = rows.groupby(["model", "task"], as_index=False)
    means = seeds.agg(error=("value", "mean"), seeds=("value", "count"))
    best = _top(means.assign(accuracy=1 - means["error"]), "accuracy")
    number = units.quantity(best["accuracy"], "fraction")
    over = f", mean over {best['seeds']} seeds" if best["seeds"] > 1 else ""
    return Highlight(
        number, f"{best['model']} has the best test accuracy on {best['task']}, {number}{over}."
    )


def _energy(view: View) -> Highlight | None:
    rows = view.ok("energy", "energy")
    preferred = rows[rows["convention"] == "default"]
    rows = preferred if len(preferred) else rows
    if rows.empty:
        return None
    row = _top(rows.assign(saving=-rows["value"]), "saving")
    number = units.quantity(row["value"], row["unit"])
    sentence = (
        f"{row['model']} needs the least energy, {number}, under the convention"
        f" '{row['convention']}'."
    )
    return Highlight(number, sentence)

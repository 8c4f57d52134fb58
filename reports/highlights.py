"""The five numbers at the head of the report, as far as they were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports import analysis, units
from reports.view import View


@dataclass(frozen=True)
class Highlight:
    """A number in large type, and a sentence that gives it in full."""

    number: str
    sentence: str


def highlights(view: View) -> list[Highlight]:
    """Return the highlights of a view; what was not measured is left out."""
    candidates = (_over_baseline, _over_peer, _slope, _accuracy, _energy)
    return [highlight for of in candidates if (highlight := of(view)) is not None]


def _row_with_largest(rows: pd.DataFrame, column: str) -> dict[str, Any]:
    best: Any = rows.nlargest(1, column).to_dict("records")
    return best[0]


def _training_or_forward(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of forward + backward, or those of the forward where there are none."""
    training = rows[rows["metric"] == "training"]
    return training if len(training) else rows[rows["metric"] == "forward"]


def _direction(metric: str) -> str:
    return "forward + backward" if metric == "training" else metric


def _featured_model(rows: pd.DataFrame, baseline: str) -> str | None:
    """Return dsn, or without it the model with the largest speed-up."""
    others = rows[rows["model"] != baseline]
    if others.empty:
        return None
    return "dsn" if "dsn" in set(others["model"]) else _row_with_largest(others, "ratio")["model"]


def _over_baseline(view: View) -> Highlight | None:
    rows = analysis.speedups(view.ours(view.ok("speed")), view.baseline)
    rows = _training_or_forward(rows)
    rows = analysis.largest(rows[rows["model"] != view.baseline])
    model = _featured_model(rows, view.baseline)
    if model is None:
        return None
    row = _row_with_largest(rows[rows["model"] == model], "ratio")
    faster = row["ratio"] >= 1
    number = units.times(row["ratio"] if faster else 1 / row["ratio"])
    sentence = (
        f"{model} ({row['backend']}) runs {_direction(row['metric'])} {number}"
        f" {'faster' if faster else 'slower'} than {view.baseline} ({row['base_backend']})"
        f" at {row['shape']}: {units.quantity(row['value'], 'seconds')}"
        f" against {units.quantity(row['base'], 'seconds')}."
    )
    return Highlight(number, sentence)


def _over_peer(view: View) -> Highlight | None:
    rows = analysis.against_peers(view.ok("speed"), view.peers)
    if rows.empty:
        return None
    row = _row_with_largest(rows, "ratio")
    if row["ratio"] < 1:
        return Highlight(
            units.times(1 / row["ratio"]), f"No case is faster here than in {row['backend']} yet."
        )
    number = units.times(row["ratio"])
    sentence = (
        f"{row['model']} ({row['our_backend']}) runs {_direction(row['metric'])} {number} faster"
        f" than the same neuron in {row['backend']} at {row['shape']}:"
        f" {units.quantity(row['ours'], 'seconds')} against"
        f" {units.quantity(row['value'], 'seconds')}."
    )
    return Highlight(number, sentence)


def _slope(view: View) -> Highlight | None:
    rows = _training_or_forward(view.ours(view.ok("speed")))
    best = analysis.fastest(analysis.largest(rows)) if len(rows) else rows
    dsn = best[best["model"] == "dsn"]
    fits = analysis.slopes(rows[rows["model"] == "dsn"]) if len(dsn) else pd.DataFrame()
    if fits.empty:
        return None
    same = fits[fits["backend"] == dsn["backend"].iloc[0]]
    fit = (same if len(same) else fits).iloc[0]
    sentence = (
        f"The time of dsn ({fit['backend']}, {_direction(fit['metric'])}) grows as T to the power"
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
    best = _row_with_largest(means.assign(accuracy=1 - means["error"]), "accuracy")
    number = units.quantity(best["accuracy"], "fraction")
    over = f", mean over {best['seeds']} seeds" if best["seeds"] > 1 else ""
    return Highlight(
        number, f"{best['model']} has the best test accuracy on {best['task']}, {number}{over}."
    )


def _energy(view: View) -> Highlight | None:
    rows = view.ok("energy", "energy")
    default = rows[rows["convention"] == "default"]
    rows = default if len(default) else rows
    if rows.empty:
        return None
    row = _row_with_largest(rows.assign(saving=-rows["value"]), "saving")
    number = units.quantity(row["value"], row["unit"])
    sentence = (
        f"{row['model']} needs the least energy, {number}, under the convention"
        f" '{row['convention']}'."
    )
    return Highlight(number, sentence)

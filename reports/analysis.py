"""What the report derives from the frame: slopes over T, speed-ups, ratios to other libraries.

Every function compares only like with like: the same metric in the same shape. A row that failed
stays in and has no ratio, so that it can be shown as failed.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy import stats


def slopes(rows: pd.DataFrame) -> pd.DataFrame:
    """The exponent p of `value ~ T**p`, by least squares on logarithms.

    One row per metric, model, backend and size with at least two T; `stderr` is the standard
    error of the fit and NaN for two points, which any line goes through.
    """
    fits = []
    rows = rows[rows["value"] > 0].dropna(subset="T")
    for key, line in rows.groupby(["metric", "model", "backend", "size"]):
        steps = line["T"].astype(float)
        if steps.nunique() < 2:
            continue
        fit = stats.linregress(np.log(steps), np.log(line["value"]))
        error = fit.stderr if len(line) > 2 else np.nan
        fits.append([*key, fit.slope, error, len(line), int(steps.min()), int(steps.max())])
    columns = ["metric", "model", "backend", "size", "slope", "stderr", "points", "first", "last"]
    return pd.DataFrame(fits, columns=columns)


def fastest(rows: pd.DataFrame) -> pd.DataFrame:
    """For every metric, model and shape the backend with the lowest value."""
    rows = rows.dropna(subset="value")
    best = rows.groupby(["metric", "model", "shape"])["value"].idxmin()
    return rows.loc[best]


def speedups(rows: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """How many times faster than the baseline model each row is, in the column `ratio`.

    The baseline is always its own fastest backend in the case, so no row looks better for being
    compared with a slow one.
    """
    base = fastest(rows[rows["model"] == baseline])[["metric", "shape", "backend", "value"]]
    base = base.rename(columns={"backend": "base_backend", "value": "base"})
    joined = rows.merge(base, on=["metric", "shape"])
    return joined.assign(ratio=joined["base"] / joined["value"])


def against_peers(rows: pd.DataFrame, peers: Collection[str]) -> pd.DataFrame:
    """Each peer row beside our fastest backend of the same model, metric and shape.

    `ratio` is the peer's value over ours: above one, ours is faster.
    """
    theirs = rows["backend"].isin(peers)
    ours = fastest(rows[~theirs])[["metric", "model", "shape", "backend", "value"]]
    ours = ours.rename(columns={"backend": "our_backend", "value": "ours"})
    joined = rows[theirs].merge(ours, on=["metric", "model", "shape"])
    return joined.assign(ratio=joined["value"] / joined["ours"])


def as_ratio(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose value is their ratio, for drawing; the interval was one of times and goes."""
    return rows.assign(value=rows["ratio"], lo=np.nan, hi=np.nan)


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows at the largest T; all of them where no T is given."""
    return rows[rows["T"] == rows["T"].max()] if rows["T"].notna().any() else rows

"""Compute what the report shows of the rows: speed-ups, ratios to other libraries, intervals.

Every function compares rows of the same metric in the same shape only. A row that failed is kept
and has no ratio, so that it can be shown as failed.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy import stats


def fastest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, for every metric, model and shape, the row of the backend with the lowest value."""
    rows = rows.dropna(subset="value")
    best = rows.groupby(["metric", "model", "shape"])["value"].idxmin()
    return rows.loc[best]


def speedups(rows: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Return the rows with how many times faster than the baseline model each is, as `ratio`.

    The baseline is always run by its fastest backend in the case, so no row looks better because
    it is compared with a slow one.
    """
    base = fastest(rows[rows["model"] == baseline])[["metric", "shape", "backend", "value"]]
    base = base.rename(columns={"backend": "base_backend", "value": "base"})
    joined = rows.merge(base, on=["metric", "shape"])
    return joined.assign(ratio=joined["base"] / joined["value"])


def against_peers(rows: pd.DataFrame, peers: Collection[str]) -> pd.DataFrame:
    """Return the rows of peers, each joined with our fastest backend in the same case.

    `ratio` is the peer's value over ours: above one, ours is faster.
    """
    theirs = rows["backend"].isin(peers)
    ours = fastest(rows[~theirs])[["metric", "model", "shape", "backend", "value"]]
    ours = ours.rename(columns={"backend": "our_backend", "value": "ours"})
    joined = rows[theirs].merge(ours, on=["metric", "model", "shape"])
    return joined.assign(ratio=joined["value"] / joined["ours"])


def as_ratio(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with `ratio` as their value, for drawing, without the interval of times."""
    return rows.assign(value=rows["ratio"], lo=np.nan, hi=np.nan)


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at the largest T, or all rows where none has a T."""
    return rows[rows["T"] == rows["T"].max()] if rows["T"].notna().any() else rows


def interval(values: pd.Series) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a mean, by Student's t; NaN for a single value."""
    if len(values) < 2:
        return math.nan, math.nan
    mean, error = float(values.mean()), float(values.std() / math.sqrt(len(values)))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return mean - reach, mean + reach

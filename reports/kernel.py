"""How much of a call its kernel takes, and how time grows with T where that is nearly all.

A call has a fixed cost: Python, checks, and the start of a kernel. Where it is a large part of the
time, a ratio or a slope says little about the model. `suites/speed` records the share of the kernel
in forward + backward, `suites/calls` times a call of one step, whose time is the fixed cost.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

LEAST = 0.9  # the share from which the kernel is said to dominate
_CASE = ["machine", "commit", "env", "model", "backend"]
# The fixed cost of a metric; that of forward + backward is an upper bound for a part of it.
_FIXED = {"forward": "forward"}
_COLUMNS = ["metric", "model", "backend", "size", "slope", "share", "first", "last"]


def with_share(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of times with the share of the kernel, NaN where it is not known.

    `share` is the recorded one for forward + backward, else 1 - (time at T = 1) / (time). Where no
    fixed cost was timed, it is the recorded share of forward + backward in the same case.
    """
    recorded = _values(frame, "speed", "kernel_share", ["shape"])
    shares = recorded.reindex(pd.MultiIndex.from_frame(rows[[*_CASE, "shape"]])).to_numpy()
    one_step = frame[frame["T"] == 1]
    fixed = np.full(len(rows), np.nan)
    for metric in ("forward", "training"):
        cost = _values(one_step, "calls", metric)
        seconds = cost.reindex(pd.MultiIndex.from_frame(rows[_CASE])).to_numpy()
        uses = rows["metric"].map(lambda name: _FIXED.get(name, "training")) == metric
        fixed = np.where(uses, seconds, fixed)
    computed = np.maximum(0.0, 1 - fixed / rows["value"])
    first_recorded = (rows["metric"] == "training") & ~np.isnan(shares)
    known = np.where(first_recorded | np.isnan(computed), shares, computed)
    return rows.assign(share=known)


def sources(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows from which `with_share` computes."""
    recorded = (frame["suite"] == "speed") & (frame["metric"] == "kernel_share")
    fixed = (frame["suite"] == "calls") & frame["metric"].isin(["forward", "training"])
    return frame[recorded | fixed]


def octaves(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the slope of the longest octave in which the kernel dominates, one row per line.

    A line is a metric, model, backend and size. Its octave ends at the largest T, and begins at the
    largest T that is at most half as long; at both ends `share` is at least `LEAST`. `slope` is
    that of log(time) over log(T): 1 for a constant time per step, 2 if it grows with T. A line
    without such an octave has no row.
    """
    rows = rows[(rows["value"] > 0) & (rows["share"] >= LEAST)].dropna(subset="T")
    lines = []
    for line, points in rows.groupby(["metric", "model", "backend", "size"]):
        points = points.drop_duplicates("T", keep="last").sort_values("T")
        last = points.iloc[-1]
        shorter = points[2 * points["T"] <= last["T"]]
        if shorter.empty:
            continue
        first = shorter.iloc[-1]
        slope = math.log(last["value"] / first["value"]) / math.log(last["T"] / first["T"])
        share = min(first["share"], last["share"])
        lines.append([*line, slope, share, int(first["T"]), int(last["T"])])
    return pd.DataFrame(lines, columns=_COLUMNS)


def _values(
    frame: pd.DataFrame, suite: str, metric: str, axes: list[str] | None = None
) -> pd.Series:
    """Return the values of a metric by case, and by `axes`."""
    keys = [*_CASE, *(axes or [])]
    rows = frame[(frame["suite"] == suite) & (frame["metric"] == metric)]
    return rows.drop_duplicates(keys, keep="last").set_index(keys)["value"]

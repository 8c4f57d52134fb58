"""Compare each timed pass with its floors, and reject the times that no device can reach.

`suites/floors` measures two floors in the same run as the neurons:

* the copy: a pass over [T, N, C] must read or write some tensors of that size, whatever it
  computes; a copy reads one, writes one and computes nothing. A time below that of the copy cannot
  be the time of the whole pass, so it is rejected;
* the chain: a serial model must wait for T steps, one after the other. These are the steps of our
  own shortest model, and another implementation may be faster: a time below it is not rejected.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

INVALID = "INVALID"
REASON = "faster than a copy of the bytes it must move"
BYTES = 4  # of an element: suites/speed measures in float32
# Two benchmarks of one run are minutes apart, and a machine changes its speed in that time. asv's
# intervals contain only the spread within one benchmark; this share is for the change between two.
DRIFT = 0.1


class Pass(NamedTuple):
    """The least that a pass must do."""

    tensors: int  # of the size of x, read or written
    chains: int  # times it goes through all T steps, one after the other


PASSES = {
    "forward": Pass(2, 1),  # x; s
    "forward_graph": Pass(2, 1),  # as forward; what it saves for the backward depends on the model
    "backward": Pass(3, 1),  # x or what was saved of it, the gradient of s; the gradient of x
    "training": Pass(5, 2),
}

_RUN = ["machine", "commit", "env", "shape"]


def reject_impossible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with impossible times replaced: state INVALID, and no value.

    A time is impossible if the slow end of its 99 % interval is more than `DRIFT` below the fast
    end of the copy's. Where asv has too few samples for an interval, the value itself counts.
    """
    timed = frame[(frame["suite"] == "speed") & frame["metric"].isin(PASSES)]
    fastest_copy = _copy_seconds(timed, frame, "lo")
    slowest = timed["hi"].fillna(timed["value"])
    impossible = timed.index[slowest < (1 - DRIFT) * fastest_copy]
    frame = frame.copy()
    frame.loc[impossible, "state"] = INVALID
    frame.loc[impossible, ["value", "lo", "hi"]] = np.nan
    return frame


def with_floors(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the `rows` of passes whose copy was timed in the same run, with these columns:

    rate         bytes/s that the pass moves at least
    copy_rate    bytes/s of the copy
    over_copy    the time of the pass over that of copying as many bytes
    chain        seconds of T steps, one after the other; NaN for a pass that is not serial
    over_chain   the time of the pass over that of as many steps; NaN as above
    """
    moved = _least(rows, "tensors") * rows["shape"].map(_elements) * BYTES
    copy, chain = _copy_seconds(rows, frame), _floor(rows, frame, "chain")
    chain = np.where(rows["serial"] & (chain > 0), chain, np.nan)
    rows = rows.assign(
        rate=moved / rows["value"],
        copy_rate=moved / copy,
        over_copy=rows["value"] / copy,
        chain=chain,
        over_chain=rows["value"] / chain / _least(rows, "chains"),
    )
    return rows.dropna(subset="copy_rate")


def _least(rows: pd.DataFrame, field: str) -> Any:
    """Return a field of `Pass` for each row."""
    return rows["metric"].map({name: getattr(least, field) for name, least in PASSES.items()})


def _copy_seconds(rows: pd.DataFrame, frame: pd.DataFrame, column: str = "value") -> Any:
    """Return the seconds in which the device copies as many bytes as each row must move."""
    return _least(rows, "tensors") / 2 * _floor(rows, frame, "copy", column)


def _floor(rows: pd.DataFrame, frame: pd.DataFrame, metric: str, column: str = "value") -> Any:
    """Return the floor measured in the run and at the shape of each row, NaN if there is none."""
    measured = frame[(frame["suite"] == "floors") & (frame["metric"] == metric)]
    measured = measured.drop_duplicates(_RUN, keep="last").set_index(_RUN)
    seconds = measured[column].fillna(measured["value"])
    return seconds.reindex(pd.MultiIndex.from_frame(rows[_RUN])).to_numpy()


def _elements(shape: str) -> int:
    return math.prod(map(int, re.findall(r"=(\d+)", shape)))

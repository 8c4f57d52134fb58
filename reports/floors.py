"""What the device allows: how near to it a time comes, and which times it rules out.

`suites/floors` measures two floors in the run that times the neurons:

* the copy: a pass over [T, N, C] must move some tensors of that size, whatever it computes; a
  copy moves two and computes nothing. Below it no pass can be, so a time that is has not measured
  the pass, and it is rejected;
* the chain: a model that is run serially must wait for T steps, one after the other. The steps
  are those of our own shortest model, not a law: they reject nothing.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import neurons

INVALID = "INVALID"
REASON = "faster than a copy of the bytes it must move"
ITEM = 4  # bytes of an element: suites/speed.py runs in float32
# Two benchmarks of one run stand minutes apart, and a machine is not the same for so long. What
# asv's intervals tell of is the spread within a benchmark; a tenth is for what lies between them.
DRIFT = 0.1


class Pass(NamedTuple):
    """What a direction cannot do without."""

    tensors: int  # of x's size, read or written
    walks: int  # over all T steps, one after the other


PASSES = {
    "forward": Pass(2, 1),  # x; s
    "backward": Pass(3, 1),  # x or what was kept of it, the gradient of s; that of x
    "training": Pass(5, 2),
}

_RUN = ["machine", "commit", "env", "shape"]


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with the times that the device rules out: state INVALID, and no value.

    A time is ruled out if the slow end of its 99 % interval lies below the quick end of the
    copy's by more than `DRIFT`. Where asv has too few samples for an interval, its value counts.
    """
    timed = frame[(frame["suite"] == "speed") & frame["metric"].isin(PASSES)]
    quickest = _copy(timed, frame, "lo")
    slowest = timed["hi"].fillna(timed["value"])
    refused = timed.index[slowest < (1 - DRIFT) * quickest]
    frame = frame.copy()
    frame.loc[refused, "state"] = INVALID
    frame.loc[refused, ["value", "lo", "hi"]] = np.nan
    return frame


def beside(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The `rows` of passes for which `frame` has a copy in the same run, beside their limits.

    rate     bytes/s that the pass moved at least
    limit    bytes/s of the copy
    copies   its time over that of copying as many bytes
    chain    seconds of T steps in a row; NaN for what is not run serially
    chains   its time over that of as many steps in a row
    """
    moved = _passes(rows, "tensors") * rows["shape"].map(_elements) * ITEM
    copy, chain = _copy(rows, frame), _floor(rows, frame, "chain")
    serial = [is_serial(*pair) for pair in zip(rows["model"], rows["backend"], strict=True)]
    chain = np.where(np.array(serial, dtype=bool) & (chain > 0), chain, np.nan)
    rows = rows.assign(
        rate=moved / rows["value"],
        limit=moved / copy,
        copies=rows["value"] / copy,
        chain=chain,
        chains=rows["value"] / chain / _passes(rows, "walks"),
    )
    return rows.dropna(subset="limit")


def is_serial(model: str, backend: str) -> bool:
    """Whether this backend takes one step of the model after the other.

    All that generate or compile a model do so from its steps; eager code and other libraries
    take the parallel form of a model that has one.
    """
    if model not in neurons.names() or (neuron := neurons.get(model)).step is None:
        return False
    return neuron.sequence is None or backend in ("serial", "compile", "cpu", "triton")


def _passes(rows: pd.DataFrame, what: str) -> Any:
    return rows["metric"].map({name: getattr(each, what) for name, each in PASSES.items()})


def _copy(rows: pd.DataFrame, frame: pd.DataFrame, column: str = "value") -> Any:
    """Seconds in which the device copies as many bytes as each row must move."""
    return _passes(rows, "tensors") / 2 * _floor(rows, frame, "copy", column)


def _floor(rows: pd.DataFrame, frame: pd.DataFrame, metric: str, column: str = "value") -> Any:
    """What was measured of a floor in the run and at the shape of each row, else NaN."""
    found = frame[(frame["suite"] == "floors") & (frame["metric"] == metric)]
    found = found.drop_duplicates(_RUN, keep="last").set_index(_RUN)
    here = found[column].fillna(found["value"])
    return here.reindex(pd.MultiIndex.from_frame(rows[_RUN])).to_numpy()


def _elements(shape: str) -> int:
    return math.prod(map(int, re.findall(r"=(\d+)", shape)))

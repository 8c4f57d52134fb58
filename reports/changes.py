"""Find where series of values changed: jumps at one commit, and creep that no single jump shows.

Values above zero are compared by their logarithms, so that a change is a ratio; a series with other
values is compared as it is. In each series

* a value far from the median of the five around it is replaced by that median;
* the noise is estimated from differences of neighbours and of values five apart: a jump touches few
  of these, and both together say how far the noise of one value is also that of the next;
* PELT (Killick, Fearnhead and Eckley 2012; the library ruptures) cuts the series into plateaus of
  five values or more, at the price of `PENALTY` noise^2 log(n) for each cut. It does so on top of
  several creeps: none, and a ramp that begins at the release or at a quarter of the series. The
  cheapest explanation counts;
* Welch's t-test compares the plateaus before and after a cut, as if it had been tried at every
  place (Bonferroni), and Benjamini and Hochberg's method corrects for the number of series: of the
  jumps found, 5 % are wrong on average.

Creep is the slope that the plateaus since the last release share. It has the same correction for
the number of series, and none for places. The last four values do not count.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import ruptures
from scipy import ndimage, stats
from tqdm import tqdm

Array = npt.NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)

JUMP, CREEP = "jump", "creep"
MINIMUM = 5  # values of a plateau, so a jump is found five commits later
PENALTY = 3.0
WRONG = 0.05  # share of what is found that is wrong on average
SMALLEST = 0.02  # a smaller change is not reported, as the gate ignores it
ROUNDS = 10  # to agree on the creep and the cuts; three are usual
OUTLIER = 4.0  # times the noise
MOST_CORRELATED = 0.8
ROUNDING = 1e-6  # of the search, as a share of the range; the noise of a counter is no smaller


class Series(NamedTuple):
    """The values of one case, the oldest first, and what counts as a change of them."""

    values: Array
    release: int = 0  # position of the first value since the last release
    smallest: float = SMALLEST  # jump, as a fraction of the old value


class Change(NamedTuple):
    """A change of a series from one value to another."""

    kind: str  # JUMP or CREEP
    position: int  # of the first value after a jump, of the last one of a creep
    old: float
    new: float
    p: float

    @property
    def ratio(self) -> float:
        """The new value over the old one, NaN if one of them is not above zero."""
        return self.new / self.old if min(self.old, self.new) > 0 else math.nan


class _Noise(NamedTuple):
    """How far values spread around their plateau, and how often more a mean of them does.

    `factor` is 1 for values that are independent of each other.
    """

    spread: float
    factor: float


class _Explanation(NamedTuple):
    """A series as plateaus, which end before `ends`, on top of a creep."""

    cost: float
    ends: list[int]
    creep: Array


def find(series: Mapping[Name, Series]) -> dict[Name, list[Change]]:
    """Return the changes of each series: its jumps, the oldest first, then its creep."""
    progress = tqdm(series.items(), "reports: changes", unit="series", delay=2)
    jumps = _significant({name: _jumps(one) for name, one in progress})
    creeps = _significant({name: _creep(one, jumps[name]) for name, one in series.items()})
    return {name: jumps[name] + creeps[name] for name in series}


def _significant(candidates: dict[Name, list[Change]]) -> dict[Name, list[Change]]:
    """Return the changes that are left after the correction over all series, with adjusted p."""
    p = [change.p for changes in candidates.values() for change in changes]
    unchanged = sum(not changes for changes in candidates.values())
    adjusted = iter(stats.false_discovery_control([*p, *[1.0] * unchanged]).tolist() if p else [])
    corrected = {
        name: [change._replace(p=next(adjusted)) for change in changes]
        for name, changes in candidates.items()
    }
    return {name: [c for c in changes if c.p < WRONG] for name, changes in corrected.items()}


def _jumps(series: Series) -> list[Change]:
    """Return the jumps of one series with the p of each, corrected for the places searched."""
    y, places = _comparable(series.values), len(series.values) - 2 * MINIMUM + 1
    if places < 1:
        return []
    noise = _noise(y)
    y = _without_outliers(y, noise)
    price = PENALTY * (noise.spread * noise.factor) ** 2 * math.log(len(y))
    _, ends, creep = _cut(y, series.release, price)
    plateaus = _split(y - creep, ends)
    jumps = []
    for position, (before, after) in zip(ends, itertools.pairwise(plateaus), strict=False):
        p = min(1.0, places * _welch(before, after, noise))
        old, new = (_back(series, part.mean() + creep[position]) for part in (before, after))
        jumps.append(Change(JUMP, position, old, new, p))
    return [jump for jump in jumps if _is_large(jump, series.smallest)]


def _creep(series: Series, jumps: list[Change]) -> list[Change]:
    """Return the creep of one series since the release, [] if it is too short or too small."""
    last = len(series.values) - MINIMUM  # what comes after it may be the beginning of a jump
    y = _comparable(series.values)[series.release : last + 1]
    if len(y) < 2 * MINIMUM:
        return []
    noise = _noise(y)
    y = _without_outliers(y, noise)
    cuts = [jump.position - series.release for jump in jumps if jump.position > series.release]
    ends = [*cuts, len(y)]
    slope, error = _slope(np.arange(len(y), dtype=float), y, ends)
    t = abs(slope) / max(error * noise.factor, np.finfo(float).tiny)
    p = 2 * float(stats.t.sf(t, len(y) - len(ends) - 1))
    start = y[: ends[0]].mean() - slope * (ends[0] - 1) / 2
    old, new = _back(series, start), _back(series, start + slope * (len(y) - 1))
    creep = Change(CREEP, last, old, new, p)
    return [creep] if _is_large(creep, SMALLEST) else []


def _cut(y: Array, release: int, price: float) -> _Explanation:
    """Return the cheapest explanation of a series in which each cut, and a ramp, have a price."""
    quarters = range(0, len(y), max(len(y) // 4, 1))
    starts = {start for start in (release, *quarters) if start <= len(y) - MINIMUM}
    ramps = [np.maximum(np.arange(len(y)) - start, 0.0) for start in sorted(starts)]
    return min((_explain(y, ramp, price) for ramp in [None, *ramps]), key=lambda e: e.cost)


def _explain(y: Array, ramp: Array | None, price: float) -> _Explanation:
    """Return the plateaus of a series on top of a ramp of unknown height, or without one."""
    creep, ends = np.zeros(len(y)), [len(y)]
    for _ in range(ROUNDS):
        if ramp is not None:
            creep = _slope(ramp, y, ends)[0] * ramp
        level, last = _centred(y - creep, [len(y)]).reshape(-1, 1), ends
        search = ruptures.KernelCPD(kernel="linear", min_size=MINIMUM).fit(level)
        ends = [int(end) for end in search.predict(pen=price)]
        if ends == last:
            break
    left = float((_centred(y - creep, ends) ** 2).sum())
    return _Explanation(left + price * (len(ends) + (ramp is not None)), ends, creep)


def _slope(x: Array, y: Array, ends: list[int]) -> tuple[float, float]:
    """Return the slope over x that all plateaus share, and its error for independent values."""
    line = stats.linregress(_centred(x, ends), _centred(y, ends))
    return float(line.slope), float(line.stderr)


def _centred(y: Array, ends: list[int]) -> Array:
    """Return the values, each less the mean of its plateau."""
    return np.concatenate([part - part.mean() for part in _split(y, ends)])


def _split(y: Array, ends: list[int]) -> list[Array]:
    return np.split(y, ends[:-1])


def _welch(before: Array, after: Array, noise: _Noise) -> float:
    """Return Welch's p; no plateau counts as quieter than the series."""
    spreads = [max(part.std(ddof=1), noise.spread) * noise.factor for part in (before, after)]
    test = stats.ttest_ind_from_stats(
        *(float(before.mean()), float(spreads[0]), len(before)),
        *(float(after.mean()), float(spreads[1]), len(after)),
        equal_var=False,
    )
    return float(test.pvalue)


def _noise(y: Array) -> _Noise:
    """Return the noise of a series, as if the noise of each value were a share of the last one's.

    The share counts as far as it is above two standard errors of what independent values show.
    """
    near, far = (_spread(y, distance) for distance in (1, MINIMUM))
    share = 1 - (near / far) ** 2 if far > 0 else 0.0
    share = min(max(share - 2 / math.sqrt(len(y)), 0.0), MOST_CORRELATED)
    spread = max(near / math.sqrt(1 - share), ROUNDING * float(np.ptp(y)), np.finfo(float).eps)
    return _Noise(spread, math.sqrt((1 + share) / (1 - share)))


def _spread(y: Array, distance: int) -> float:
    """Return the standard deviation of values, from the differences of those so far apart."""
    differences = np.abs(y[distance:] - y[:-distance])
    return float(np.median(differences)) / float(stats.norm.ppf(0.75)) / math.sqrt(2)


def _without_outliers(y: Array, noise: _Noise) -> Array:
    smooth = ndimage.median_filter(y, size=MINIMUM, mode="nearest")
    return np.where(np.abs(y - smooth) > OUTLIER * noise.spread, smooth, y)


def _comparable(values: Array) -> Array:
    """Return the logarithms of values that are all above zero, else the values."""
    return np.log(values) if (values > 0).all() else values


def _back(series: Series, level: float) -> float:
    """Return the value that belongs to a comparable one."""
    return math.exp(level) if (series.values > 0).all() else float(level)


def _is_large(change: Change, smallest: float) -> bool:
    return abs(change.new - change.old) > smallest * abs(change.old)

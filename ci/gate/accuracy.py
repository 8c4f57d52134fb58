"""Judge the accuracies of two commits, paired by seed: `points -> Look`.

There are at most four looks, after 3, 5, 7 and 10 seeds, each at a quarter of ALPHA. With the
interval of the mean gain by Student's t,

    PASS    its lower end is above -margin
    FAIL    its upper end is below 0, and the mean gain below -margin / 2

and anything else asks for more seeds. "The mean fell by more than the margin" would miss half of
the losses of that size.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ci.gate.statistics import ALPHA, Outcome

LOOKS = (3, 5, 7, 10)  # seeds


class Look(NamedTuple):
    """What the gains so far say: the outcome, their mean and the ends of its interval [points]."""

    outcome: Outcome
    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.2f} points [{self.low:+.2f}, {self.high:+.2f}]"


def look(gains: Sequence[float], margin: float) -> Look:
    """Return the verdict on the gains of the head, one per seed, in points of accuracy."""
    mean, count = float(np.mean(gains)), len(gains)
    error = float(np.std(gains, ddof=1)) / count**0.5
    reach = float(stats.t.ppf(1 - ALPHA / len(LOOKS), count - 1)) * error
    low, high = mean - reach, mean + reach
    if low > -margin:
        return Look(Outcome.PASS, mean, low, high)
    lost = high < 0 and mean < -margin / 2
    return Look(Outcome.FAIL if lost else Outcome.UNDECIDED, mean, low, high)

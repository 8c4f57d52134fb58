"""One statement of a paper, the figure that decides it, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from suites.accuracy.show import interval
from suites.pictures import Picture

ROW = (
    *("name", "paper", "place", "statement", "verdict", "figure", "low", "high", "unit"),
    *("seeds", "seconds", "exact"),
)
HOLDS, FAILS, OPEN = "holds", "does not hold", "not separated"
FEWEST = 3  # seeds for a verdict on what is trained


@dataclass(frozen=True)
class Finding:
    """What a paper says, and how it is checked here.

    Attributes
    ----------
    paper
        A file name of `suites/claims`: clif, ds_atgo, dsn, st_dano or stc.
    place
        The section, equation, table or figure.
    statement
        What the paper says, in one sentence.
    figure
        What is measured, in a few words, with `unit`.
    accept
        The interval of the figure within which the statement holds. One side of it is often
        infinite: (0, inf) for "more than".
    models
        The models that the experiment runs: a change of one of them can change the verdict.
    exact
        Whether it is computed, without training and seeds.
    seeds
        How many seeds decide it, three at least unless it is exact.
    scale
        What differs from the paper's experiment, and what would decide it at full scale.
    """

    paper: str
    place: str
    statement: str
    figure: str
    unit: str
    accept: tuple[float, float]
    models: tuple[str, ...]
    exact: bool = False
    seeds: int = FEWEST
    scale: str = ""


class Facts(NamedTuple):
    """What an experiment found.

    Attributes
    ----------
    figure
        The number that decides.
    numbers
        Others worth printing, by name: the parts of the figure, the pilot's or the paper's.
    pictures
        Made with the first seed alone, see `suites.pictures`.
    """

    figure: float
    numbers: Mapping[str, float] = {}
    pictures: tuple[Picture, ...] = ()


class Verdict(NamedTuple):
    """A figure over seeds, the ends of its 95 % interval by Student's t, and what it says."""

    verdict: str
    figure: float | None
    low: float | None
    high: float | None


def judge(finding: Finding, figures: Sequence[float]) -> Verdict:
    """Return the verdict of the figures, one per seed.

    The statement holds if the whole interval is accepted, and does not hold if none of it is. Fewer
    than three seeds decide nothing unless the finding is exact. A figure that is not finite never
    holds.
    """
    if not all(map(math.isfinite, figures)):
        return Verdict(FAILS, None, None, None)
    mean, low, high = (figures[0],) * 3 if finding.exact else interval(figures)
    if low is None or high is None or (len(figures) < FEWEST and not finding.exact):
        return Verdict(OPEN, mean, low, high)
    least, most = finding.accept
    if least <= low and high <= most:
        return Verdict(HOLDS, mean, low, high)
    return Verdict(FAILS if high < least or most < low else OPEN, mean, low, high)


def row(name: str, finding: Finding, facts: Sequence[Facts], seconds: float) -> dict[str, Any]:
    """Return the object that `--json` prints of a finding, from the facts of its seeds."""
    verdict = judge(finding, [found.figure for found in facts])
    said = (finding.paper, finding.place, finding.statement)
    values = (name, *said, *verdict, finding.unit, len(facts), seconds, finding.exact)
    return dict(zip(ROW, values, strict=True))

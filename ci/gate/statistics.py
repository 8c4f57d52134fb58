"""Judge a head against a base: `Sample -> Pair -> Verdict`, in the spirit of BenchmarkTools.jl.

A pull request is judged on many benchmarks at once, so the procedure has two steps.

*Screen*: a few rounds of everything. Five rounds are too few to estimate the spread of one
benchmark, so the test borrows from the others: a moderated t (Smyth 2004) in which the typical
variance of the whole run has as many degrees of freedom as the benchmark's own. A benchmark that
looks slower (one-sided p < .10) becomes a candidate; the others are judged by their screening
rounds and cannot fail.

*Confirm*: fresh rounds of the candidates alone, the exact Wilcoxon signed-rank test against "at
most 2 % slower", Holm over the candidates. This is the step that may stop a pull request, so it
uses no number from the screen. It may FAIL after 10 and after 20 rounds, each time at half of
ALPHA, and ends at the first FAIL. It also ends, after 5 rounds or more, when no candidate looks
more than 2 % slower any longer, which can only spare a FAIL. The surest candidates come first: once
one of them FAILs, so does the pull request, and the others are only listed. Holm counts them all
the same, as if each had p = 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

IGNORED = 0.02  # d0: a slowdown up to this fraction is never failed
ALLOWED = 0.05  # PASS means that a slowdown of this fraction is ruled out
SCREEN_P = 0.10
FIRST = 8  # candidates that are confirmed first
ALPHA = 0.05  # family-wise over the candidates, and on each side of every interval
DECIDING = (10, 20)  # rounds of a confirmation after which it may FAIL
LEVEL = ALPHA / len(DECIDING)
FEWEST = 5  # rounds of a confirmation that ends without a FAIL


class Outcome(StrEnum):
    """What the gate concludes for a benchmark, the worst first."""

    FAIL = "FAIL"
    INVALID = "INVALID"
    VANISHED = "VANISHED"
    WAIVED = "WAIVED"
    UNDECIDED = "UNDECIDED"
    NEW = "NEW"
    PASS = "PASS"
    NOT_RUN = "N/A"


@dataclass(frozen=True)
class Sample:
    """Seconds per call on one side: a row per round, a column per burst."""

    bursts: Array

    @property
    def median(self) -> float:
        return float(np.median(self.bursts))


@dataclass(frozen=True)
class Pair:
    """Two samples whose bursts alternated, so that the drift of the machine cancels in a ratio."""

    base: Sample
    head: Sample

    @property
    def log_ratios(self) -> Array:
        """One log-ratio head/base per round, the median over its bursts; positive is slower."""
        with np.errstate(all="ignore"):
            return np.median(np.log(self.head.bursts / self.base.bursts), axis=1)


@dataclass(frozen=True)
class Verdict:
    """An outcome with its evidence: Hodges-Lehmann ratio, 90 % interval, adjusted p, one line."""

    outcome: Outcome
    ratio: float
    lo: float
    hi: float
    p: float
    reason: str

    @property
    def visible(self) -> float:
        """The smallest slowdown, as a fraction, that a test with this spread would find."""
        return (1 + IGNORED) * self.ratio / self.lo - 1 if self.lo else np.inf


# Of the named benchmarks, fresh rounds until the second argument says that they are enough.
Confirm = Callable[[list[str], Callable[[Mapping[str, Pair]], bool]], Mapping[str, Pair]]


def settled(pairs: Mapping[str, Pair], known: Mapping[str, float]) -> bool:
    """Return whether the confirmation of these may end, as one FAILs or none looks slower.

    `known` has the p of every candidate of the pull request, 1 where there is none yet.
    """
    logs = [pair.log_ratios for pair in pairs.values()]
    rounds = min(map(len, logs))
    if rounds >= FEWEST and not any(np.median(log) > np.log1p(IGNORED) for log in logs):
        return True
    p = holm({**known, **signed_ranks(pairs)}) if rounds in DECIDING else {}
    return any(adjusted < LEVEL for adjusted in p.values())


def judge(pair: Pair, p: float = 1.0) -> Verdict:
    """Return the verdict for a pair and its adjusted p; without a p it cannot fail."""
    if not np.isfinite(pair.log_ratios).all():
        return Verdict(Outcome.INVALID, np.nan, np.nan, np.nan, p, "a timing is not a number > 0")
    ratio, lo, hi = np.exp(hodges_lehmann(pair.log_ratios)).tolist()
    summary = f"{percent(ratio)} [{percent(lo)}, {percent(hi)}] over {len(pair.log_ratios)} rounds"
    if p < LEVEL:
        return Verdict(Outcome.FAIL, ratio, lo, hi, p, f"{summary}, p = {p:.2g}")
    if hi < 1 + ALLOWED:
        return Verdict(Outcome.PASS, ratio, lo, hi, p, summary)
    undecided = Verdict(Outcome.UNDECIDED, ratio, lo, hi, p, summary)
    size = f" under {100 * undecided.visible:.0f} %" if lo else ""
    missed = f"a slowdown{size} would go unseen"
    return replace(undecided, reason=f"{summary}; {missed}")


def percent(ratio: float) -> str:
    """Return a ratio as a change in percent, with its sign."""
    return f"{100 * (ratio - 1):+.1f} %"


def decide(screened: Mapping[str, Pair], confirm: Confirm) -> dict[str, Verdict]:
    """Return the verdict for every benchmark; `confirm` runs fresh rounds of the candidates."""
    verdicts = {name: judge(pair) for name, pair in screened.items()}
    candidates = screen({n: screened[n] for n, v in verdicts.items() if np.isfinite(v.ratio)})
    p = dict.fromkeys(candidates, 1.0)
    unconfirmed = candidates
    for names in filter(None, (candidates[:FIRST], candidates[FIRST:])):
        confirmed = confirm(names, partial(settled, known=dict(p)))
        p |= signed_ranks(confirmed)
        adjusted = holm(p)
        verdicts |= {name: judge(pair, adjusted[name]) for name, pair in confirmed.items()}
        unconfirmed = [name for name in unconfirmed if name not in confirmed]
        if any(verdicts[name].outcome is Outcome.FAIL for name in confirmed):
            break
    for name in unconfirmed:
        looks = f"looks slower, unconfirmed: {verdicts[name].reason}"
        verdicts[name] = replace(verdicts[name], outcome=Outcome.UNDECIDED, reason=looks)
    return verdicts


def screen(pairs: Mapping[str, Pair]) -> list[str]:
    """Return the benchmarks that look more than 2 % slower by the moderated t, the surest first."""
    logs = np.array([pair.log_ratios for pair in pairs.values()])
    freedom = logs.shape[-1] - 1  # degrees of freedom of one benchmark
    if freedom < 1:
        return []
    variance = logs.var(axis=1, ddof=1)
    # The median of a chi-square is below its mean: without this factor the spread is too small.
    typical = np.median(variance) * freedom / stats.chi2.median(freedom)
    spread = np.sqrt((variance + typical) / 2 / logs.shape[1])
    excess = logs.mean(axis=1) - np.log1p(IGNORED)
    t = excess / np.maximum(spread, np.finfo(float).tiny)
    limit = stats.t.isf(SCREEN_P, 2 * freedom)
    surest = sorted(zip(-t, pairs, strict=True))
    return [name for opposite, name in surest if -opposite > limit]


def signed_rank(logs: Array) -> float:
    """Return the one-sided exact p against "at most 2 % slower"; nan if a round is not finite."""
    if not np.isfinite(logs).all():
        return float("nan")
    shifted = logs - np.log1p(IGNORED)
    return float(stats.wilcoxon(shifted, alternative="greater", method="exact").pvalue)


def signed_ranks(pairs: Mapping[str, Pair]) -> dict[str, float]:
    """Return the `signed_rank` of every pair."""
    return {name: signed_rank(pair.log_ratios) for name, pair in pairs.items()}


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Return the p values adjusted by Holm's step-down method, to be compared with LEVEL."""
    ordered = sorted(p, key=lambda name: np.nan_to_num(p[name], nan=np.inf))
    steps = np.array([p[name] for name in ordered]) * np.arange(len(p), 0, -1)
    return dict(zip(ordered, np.minimum(np.maximum.accumulate(steps), 1).tolist(), strict=True))


def hodges_lehmann(logs: Array) -> tuple[float, float, float]:
    """Return the median of the pairwise means, and its interval by the exact signed-rank test.

    Each end of the interval is wrong with probability ALPHA at most, so the lower end is above the
    ignored slowdown exactly if the test rejects. With four rounds or fewer it is infinite.
    """
    i, j = np.triu_indices(len(logs))
    means = np.sort((logs[i] + logs[j]) / 2)
    chance = np.ones(1)
    for rank in range(1, len(logs) + 1):
        chance = np.convolve(chance, [0.5, *[0.0] * (rank - 1), 0.5])
    cut = int(np.searchsorted(np.cumsum(chance), ALPHA, side="right"))
    if cut == 0:
        return float(np.median(means)), -np.inf, np.inf
    return float(np.median(means)), float(means[cut - 1]), float(means[-cut])

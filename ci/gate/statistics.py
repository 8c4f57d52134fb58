"""Judge a head against a base: `Sample -> Pair -> Verdict`, in the spirit of BenchmarkTools.jl.

A pull request is judged on many benchmarks at once, so the procedure has two steps.

*Screen*: a few rounds of everything. With five rounds no benchmark knows its own spread, so the
test is calibrated on the others: a moderated t (Smyth 2004) in which the typical variance of the
whole run is worth as many degrees of freedom as the benchmark's own. What stands out (one-sided
p < .10) becomes a candidate; what does not is judged on its screening rounds and cannot fail.

*Confirm*: fresh rounds of the candidates alone, the exact Wilcoxon signed-rank test against "at
most 2 % slower", Holm over the candidates. Nothing of the screen, its calibration least of all,
enters here: this is the step that may stop a pull request. It ends early once the rounds left
cannot make any candidate fail, which changes no FAIL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

IGNORED = 0.02  # d0: a slowdown up to this fraction is never failed
ALLOWED = 0.05  # PASS means that a slowdown of this fraction is ruled out
SCREEN_P = 0.10
ALPHA = 0.05  # family-wise over the candidates, and on each side of every interval


class Outcome(StrEnum):
    """What is said of a benchmark, what needs attention first."""

    FAIL = "FAIL"
    INVALID = "INVALID"
    UNDECIDED = "UNDECIDED"
    NEW = "NEW"
    PASS = "PASS"
    NOT_RUN = "N/A"


@dataclass(frozen=True)
class Sample:
    """Seconds per call on one side: a row per round, in it a column per burst."""

    bursts: Array

    @property
    def centre(self) -> float:
        return float(np.median(self.bursts))


@dataclass(frozen=True)
class Pair:
    """Two samples whose bursts alternated, so that a round's drift cancels in its ratio."""

    base: Sample
    head: Sample

    @property
    def logs(self) -> Array:
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
        """The smallest slowdown, as a fraction, that a test with this spread would have found."""
        return (1 + IGNORED) * self.ratio / self.lo - 1


def settled(pairs: Mapping[str, Pair], rounds: int) -> bool:
    """Whether none can fail any more, even if all the rest of the `rounds` were its slowest."""
    best = []
    for pair in pairs.values():
        slowest = 100.0 + np.arange(rounds - len(pair.logs))  # far above any log-ratio
        best.append(signed_rank(np.append(pair.logs, slowest)))
    return not any(p < ALPHA for p in holm(best))


def judge(pair: Pair, p: float = 1.0) -> Verdict:
    """Turn a pair and its adjusted p into a verdict; without a p it cannot fail."""
    if not np.isfinite(pair.logs).all():
        return Verdict(Outcome.INVALID, np.nan, np.nan, np.nan, p, "a timing is not a number > 0")
    ratio, lo, hi = np.exp(hodges_lehmann(pair.logs)).tolist()
    seen = f"{percent(ratio)} [{percent(lo)}, {percent(hi)}] over {len(pair.logs)} rounds"
    if p < ALPHA:
        return Verdict(Outcome.FAIL, ratio, lo, hi, p, f"{seen}, p = {p:.2g}")
    if hi < 1 + ALLOWED:
        return Verdict(Outcome.PASS, ratio, lo, hi, p, seen)
    open_ended = Verdict(Outcome.UNDECIDED, ratio, lo, hi, p, seen)
    blind = f"a slowdown under {100 * open_ended.visible:.0f} % would go unseen"
    return replace(open_ended, reason=f"{seen}; {blind}")


def percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def decide(
    screened: Mapping[str, Pair], confirm: Callable[[list[str]], Mapping[str, Pair]]
) -> dict[str, Verdict]:
    """Judge every benchmark, asking `confirm` for fresh rounds of the candidates."""
    verdicts = {name: judge(pair) for name, pair in screened.items()}
    candidates = screen({n: screened[n] for n, v in verdicts.items() if np.isfinite(v.ratio)})
    if candidates:
        confirmed = confirm(candidates)
        raw = [signed_rank(confirmed[name].logs) for name in candidates]
        for name, p in zip(candidates, holm(raw), strict=True):
            verdicts[name] = judge(confirmed[name], p)
    return verdicts


def screen(pairs: Mapping[str, Pair]) -> list[str]:
    """The benchmarks that look slower than the ignored 2 %, by the moderated t of the module."""
    if not pairs:
        return []
    logs = np.array([pair.logs for pair in pairs.values()])
    own = logs.shape[1] - 1
    variance = logs.var(axis=1, ddof=1)
    # The median of a chi-square lies below its mean: divide that out, or the pool is too narrow.
    typical = np.median(variance) * own / stats.chi2.median(own)
    spread = np.sqrt((variance + typical) / 2 / logs.shape[1])
    excess = logs.mean(axis=1) - np.log1p(IGNORED)
    p = stats.t.sf(excess / np.maximum(spread, np.finfo(float).tiny), 2 * own)
    return [name for name, value in zip(pairs, p, strict=True) if value < SCREEN_P]


def signed_rank(logs: Array) -> float:
    """One-sided exact p of the rounds against "at most 2 % slower"; nan when one is no number."""
    if not np.isfinite(logs).all():
        return float("nan")
    shifted = logs - np.log1p(IGNORED)
    return float(stats.wilcoxon(shifted, alternative="greater", method="exact").pvalue)


def holm(p: list[float]) -> list[float]:
    """Holm's step-down adjustment: compared with alpha, it holds the family-wise error."""
    order = np.argsort(p)
    steps = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted.tolist()


def hodges_lehmann(logs: Array) -> tuple[float, float, float]:
    """Median of the pairwise means, with the interval that inverts the exact signed-rank test.

    Each bound errs with probability at most alpha, so the lower one lies above the ignored loss
    exactly when the test rejects. Four rounds or fewer bound nothing.
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

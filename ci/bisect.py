"""Find the commit at which one case of the gate became worse, without anybody's help.

    python -m ci.bisect "speed.suite.Inference.time_forward(lif, eager, T=256 N=4 C=64)" v1.0.0 main

The commits between GOOD and BAD that change `neurons/`, along the first parents, are measured
beside GOOD as the gate measures a head beside its base, until one is left. A commit is bad if the
gate would fail it; by a timing also if its ratio is nearer to that of BAD than to 1. A commit that
does not run is skipped, as by `git bisect skip`. The suites are those of this checkout.

The exit status is 2 if the case is unknown or BAD is not worse than GOOD.
"""

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from tqdm import tqdm

from ci.gate import arguments, trees
from ci.gate.__main__ import ENDING, HERE, leave
from ci.gate.bench import Bench, opened
from ci.gate.device import profile
from ci.gate.impact import Impact
from ci.gate.rows import USAGE_ERROR, Row
from ci.gate.rules import counters, numerics
from ci.gate.rules.coverage import coverage_gap
from ci.gate.rules.speed import LATE
from ci.gate.side import SideError
from ci.gate.statistics import DECIDING, Outcome, judge, settled, signed_rank
from ci.gate.trees import UsageError, git
from reports.units import quantity

EVERYTHING = Impact(frozenset(), frozenset(), shared=True)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = arguments.Parser(
        prog="python -m ci.bisect", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("benchmark", help="the case, as the gate's report names it")
    parser.add_argument("good", metavar="GOOD", help="a revision before the change")
    parser.add_argument("bad", metavar="BAD", help="a revision after it")
    parser.add_argument("--repo", type=Path, default=HERE, help="default: this repository")
    parser.add_argument("--suites", type=Path, default=HERE / "suites", help="default: ours")
    parser.add_argument("--profile", default=profile(), help="as of the gate; default: %(default)s")
    parser.add_argument(
        "--minutes", type=arguments.above_zero, default=15.0, help="a commit at most; default: 15"
    )
    return parser.parse_args(words)


def search(commits: Sequence[str], is_bad: Callable[[str], bool | None]) -> tuple[str, list[str]]:
    """Return the first bad commit, and those just before it of which `is_bad` knows nothing (None).

    The last of `commits` is known to be bad, and so is each after the first bad one.
    """
    good, bad, skipped = -1, len(commits) - 1, set[int]()
    while unknown := [i for i in range(good + 1, bad) if i not in skipped]:
        middle = unknown[len(unknown) // 2]
        answer = is_bad(commits[middle])
        if answer is None:
            skipped.add(middle)
        elif answer:
            bad = middle
        else:
            good = middle
    return commits[bad], [commits[i] for i in sorted(skipped) if good < i < bad]


def run(options: argparse.Namespace) -> str:
    """Return what was found, in a few lines; raise UsageError if there is nothing to find."""
    good, bad = (trees.commit(options.repo, revision) for revision in (options.good, options.bad))
    commits = between(options.repo, good, bad)
    worst = check(options, good, bad)
    rows = {commits[-1]: worst}
    with tqdm(total=math.ceil(math.log2(len(commits))), desc="bisect", unit="commit") as progress:

        def is_bad(commit: str) -> bool | None:
            row = rows[commit] = measure(options, good, commit)
            answer = is_worse(row, worst)
            word = {True: "bad", False: "good", None: "skipped"}[answer]
            progress.write(f"{word}: {title(options.repo, commit)}: {row.reason}", sys.stderr)
            progress.update()
            return answer

        first, skipped = search(commits, is_bad)
    row = rows[first]
    values = " -> ".join(quantity(v, row.unit) for v in (row.base, row.head) if v is not None)
    lines = [
        f"first bad commit: {title(options.repo, first)}",
        f"{row.name}: {values}, {row.reason}",
    ]
    lines += [f"or before it, not judged: {title(options.repo, commit)}" for commit in skipped]
    return "\n".join(lines)


def between(repo: Path, good: str, bad: str) -> list[str]:
    """Return the commits after `good` up to `bad` that change `neurons/`, the oldest first."""
    if git(repo, "merge-base", good, bad) != good:
        raise UsageError(f"{good[:8]} is no ancestor of {bad[:8]}; give an older GOOD")
    listed = git(
        repo, "rev-list", "--first-parent", "--reverse", f"{good}..{bad}", "--", "neurons"
    ).split()
    if not listed:
        raise UsageError(f"{good[:8]} and {bad[:8]} have the same neurons/; give another pair")
    return listed


def check(options: argparse.Namespace, good: str, bad: str) -> Row:
    """Return the row of `bad` beside `good`, or raise UsageError if it is not worse."""
    row = measure(options, good, bad)
    if row.rule == "coverage":
        raise UsageError(f"{options.bad} cannot be judged beside {options.good}: {row.reason}")
    if row.verdict is not Outcome.FAIL:
        raise UsageError(f"{options.bad} is not worse than {options.good}: {row.reason}")
    if row.rule == "numerics" and measure(options, good, good).verdict is Outcome.FAIL:
        raise UsageError(f"{options.good} fails too: {row.reason}; give an older GOOD")
    return row


def is_worse(row: Row, worst: Row) -> bool | None:
    """Return whether a commit is bad, from its row and that of BAD; None if it does not run."""
    if row.rule == "coverage" or row.verdict is Outcome.INVALID:
        return None
    if row.rule == "speed" and row.ratio and worst.ratio:
        return row.verdict is Outcome.FAIL or row.ratio > math.sqrt(worst.ratio)
    return row.verdict is Outcome.FAIL


def measure(options: argparse.Namespace, good: str, commit: str) -> Row:
    """Return the gate's row of the case, with `good` as the base and a commit as the head."""
    ends = time.monotonic() + 60 * options.minutes
    sides = {"base": good, "head": commit}
    name = options.benchmark
    with trees.checkouts(options.repo, sides) as checkouts:
        roots = trees.with_suites(checkouts, options.suites)
        bench = Bench(
            roots, EVERYTHING, options.profile, ends, wanted=lambda case: case["name"] == name
        )
        try:
            with opened(bench) as both_sides:
                return row_of(both_sides, name)
        except SideError as error:
            return Row.general("coverage", str(error))


def row_of(both_sides: Bench, name: str) -> Row:
    """Return the row of the only case of a bench, or raise UsageError if there is no such case."""
    if not both_sides.cases:
        listed = list(both_sides.sides["base"].cases)
        close = get_close_matches(name, listed, 3, 0.3)
        hint = f"did you mean {' or '.join(map(repr, close))}? " if close else ""
        raise UsageError(f"no case {name!r}; {hint}the report of the gate has the names")
    (case,) = both_sides.cases
    if gap := coverage_gap(case):
        return Row.of("coverage", case, *gap)
    rules = {"speed": timed, "counter": counters.judge, "numerics": numerics.judge}
    (row,) = rules[case.kind](both_sides)
    return row


def timed(both_sides: Bench) -> Iterator[Row]:
    """Yield the row of a timing, from fresh rounds: one case needs no screen."""
    (case,) = both_sides.cases
    enough = partial(settled, known={})
    measured = both_sides.measure([case.name], max(DECIDING), fresh=True, stop=enough)
    if not measured:
        raise SideError(LATE)
    pair = measured[case.name]
    verdict = judge(pair, signed_rank(pair.log_ratios))
    medians = {"base": pair.base.median, "head": pair.head.median}
    yield Row.of("speed", case, verdict.outcome, verdict.reason, ratio=verdict.ratio, **medians)


def title(repo: Path, commit: str) -> str:
    """Return the short hash and the subject of a commit."""
    return git(repo, "log", "-1", "--format=%h %s", commit)


def main(words: Sequence[str] | None = None) -> int:
    """Find the commit and return the exit code."""
    try:
        print(run(parse(words)))
    except UsageError as error:
        print(f"bisect: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


if __name__ == "__main__":
    for ending in ENDING:
        signal.signal(ending, leave)
    sys.exit(main())

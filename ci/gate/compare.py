"""Compare two revisions: `Options -> Report`.

Two revisions -> a worktree for each -> which models they can differ in -> a worker for each ->
every case of these models called once on both -> the rules -> the waivers -> the report.
"""

import platform
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from ci.gate import trees, waivers
from ci.gate.bench import Bench, opened
from ci.gate.device import device, profile
from ci.gate.impact import Impact, impact_of
from ci.gate.rows import Machine, Report, Row, Setting
from ci.gate.rules import counters, coverage, every_rule, numerics
from ci.gate.side import SideError
from ci.gate.statistics import Outcome

HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    """What to compare, and how."""

    base: str | None = None  # a revision; None is the merge base of head and main
    head: str = "HEAD"
    repo: Path = HERE
    suites: Path = HERE / "suites"
    profile: str = field(default_factory=profile)
    minimum: int = 5  # cases that must run on both sides
    minutes: float = 7.5  # of measuring; with start and end, 8 at most
    full: bool = False  # measure unchanged models too
    seed: int = 0  # of the random order of the bursts


def compare(options: Options) -> Report:
    """Measure both revisions and return the report; it is INVALID if a side cannot be measured."""
    started = time.monotonic()
    head = trees.commit(options.repo, options.head)
    base = trees.merge_base(options.repo, head) if options.base is None else options.base
    base = trees.commit(options.repo, base)
    if not (options.suites / "__init__.py").is_file():
        raise trees.UsageError(
            f"no suites package at {options.suites}; name its folder by --suites"
        )
    changed = trees.ruler(options.repo, base, head)
    with trees.checkouts(options.repo, {"base": base, "head": head}) as checkouts:
        impact = impact_of(checkouts, full=options.full)
        accepted = waivers.load(options.repo, head)
        ends = started + 60 * options.minutes
        bases, rows = checkouts["base"] / "suites", []
        if any(name.startswith("suites/") for name in changed) and bases.is_dir():
            rows += remeasure(trees.with_suites(checkouts, bases), impact, options, ends)
        rows += measure(trees.with_suites(checkouts, options.suites), impact, options, ends)
    here = machine()
    rows = waivers.apply(rows, accepted, here.device, complete=impact.shared)
    seconds = round(time.monotonic() - started, 1)
    used = (options.profile, options.seed, str(impact))
    return Report.worst_first(rows, Setting(base, head, here, *used, changed, seconds))


def measure(roots: dict[str, Path], impact: Impact, options: Options, ends: float) -> list[Row]:
    """Return the rows of all rules, without starting a worker if nothing can differ.

    Measuring is over when time.monotonic() `ends`. A side that fails ends it too: the rows so far
    are kept, and one says why.
    """
    if impact.nothing:
        return [Row.general("impact", "base and head have the same neurons/", Outcome.PASS)]
    rows: list[Row] = []
    try:
        bench = Bench(roots, impact, options.profile, ends, options.minimum, options.seed)
        with opened(bench) as both_sides:
            for rule in every_rule():
                for row in rule.judge(both_sides):
                    rows.append(row)
    except SideError as error:
        rows.append(Row.general("coverage", str(error)))
    return rows


def remeasure(roots: dict[str, Path], impact: Impact, options: Options, ends: float) -> list[Row]:
    """Return the counters and errors that FAIL by the suites of the base, and a row about it.

    They may count another thing there, or tolerate less, than by the suites of the head. What the
    head cannot run there any more is INVALID: nothing would hold it to what it was.
    """
    if impact.nothing:
        return []
    wanted = ("counter", "numerics")
    bench = Bench(
        roots, impact, options.profile, ends, minimum=0, wanted=lambda case: case["kind"] in wanted
    )
    try:
        with opened(bench) as both_sides:
            rules = (counters, coverage, numerics)
            rows = [row for rule in rules for row in rule.judge(both_sides)]
    except SideError as error:
        return [Row.general("ruler", f"nothing is judged by the suites of the base: {error}")]
    bad = [row for row in rows if row.verdict in (Outcome.FAIL, Outcome.INVALID)]
    judged = (
        f"{len(both_sides.cases)} counters and errors are also judged by the suites of the base"
    )
    return [
        *(replace(row, reason=f"{row.reason}, by the suites of the base") for row in bad),
        Row.general("ruler", judged, Outcome.PASS),
    ]


def machine() -> Machine:
    """Return what the report says of this machine."""
    return Machine(platform.platform(), device(), platform.python_version())

"""The pull-request gate: is the head worse than the base?

    python -m ci.gate --base REV --head REV

Two revisions -> a worktree for each -> which models they can differ in -> a worker for each ->
every case of these models called once on both -> the rules -> the waivers -> a report.
Exit codes: 0 pass or undecided, 1 fail, 2 usage error, 3 invalid measurement.

    python -m ci.gate waive ROW --ceiling 1.1 --issue URL --owner NAME --reason TEXT

writes a waiver: that row may fail for some time (see `ci.gate.waivers`).
"""

import argparse
import platform
import shutil
import signal
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from ci.gate import bench, outputs, trees, waivers
from ci.gate.impact import Impact, impact_of
from ci.gate.outputs import github, markdown
from ci.gate.rows import USAGE_ERROR, Machine, Report, Row, Setting
from ci.gate.rules import every_rule
from ci.gate.side import SideError
from ci.gate.statistics import Outcome

HERE = Path(__file__).resolve().parents[2]
ENDING = (signal.SIGINT, signal.SIGTERM)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m ci.gate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--base", metavar="REV", help="default: the merge base of head and main")
    parser.add_argument("--head", metavar="REV", default="HEAD", help="default: HEAD")
    parser.add_argument("--repo", type=Path, default=HERE, help="default: this repository")
    parser.add_argument("--suites", type=Path, default=HERE / "suites", help="default: ours")
    parser.add_argument("--profile", default="gate", help="SPIKEBENCH_PROFILE; default: gate")
    parser.add_argument("--minimum", type=int, default=10, help="cases that must run on both sides")
    parser.add_argument("--minutes", type=float, default=8.0, help="at most; default: 8")
    parser.add_argument("--full", action="store_true", help="measure unchanged models too")
    parser.add_argument("--seed", type=int, default=0, help="of the random order of the bursts")
    parser.add_argument("-o", "--output", type=Path, help="folder for gate.md, .json, .xml, .html")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> Report:
    """Measure both revisions and return the report; it is INVALID if a side cannot be measured."""
    started = time.monotonic()
    head = trees.commit(options.repo, options.head)
    base = trees.commit(options.repo, options.base or trees.merge_base(options.repo, head))
    if not (options.suites / "__init__.py").is_file():
        raise trees.UsageError(
            f"no suites package at {options.suites}; name its folder by --suites"
        )
    commits = {"base": base, "head": head}
    changed = trees.ruler(options.repo, base, head)
    with trees.checkouts(options.repo, commits, options.suites) as roots:
        own = roots.pop("ruler", None)
        impact = impact_of(roots, full=options.full)
        accepted = waivers.load(options.repo, head)
        judged_otherwise = any(name.startswith("suites/") for name in changed)
        ends = started + 60 * options.minutes
        rows = measure(roots, impact, options, ends, own if judged_otherwise else None)
    here = machine()
    rows = waivers.apply(rows, accepted, here.device, complete=impact.shared)
    seconds = round(time.monotonic() - started, 1)
    options_used = (options.profile, options.seed, str(impact))
    setting = Setting(base, head, here, *options_used, changed, seconds)
    return Report.worst_first(rows, setting)


def measure(
    roots: dict[str, Path],
    impact: Impact,
    options: argparse.Namespace,
    ends: float,
    ruler: Path | None,
) -> list[Row]:
    """Return the rows of all rules, without starting a worker if nothing can differ.

    Measuring is over when time.monotonic() `ends`.
    `ruler` is the base with its own suites, whose tolerances count where they are stricter.
    """
    if impact.nothing:
        return [Row.general("impact", "base and head have the same neurons/", Outcome.PASS)]
    try:
        strict = bench.tolerances(ruler, options.profile, ends) if ruler else {}
        settings = (options.profile, options.minimum, options.seed, ends, strict)
        with bench.opened(roots, impact, *settings) as both_sides:
            return [row for rule in every_rule() for row in rule.judge(both_sides)]
    except SideError as error:
        return [Row.general("coverage", str(error))]


def machine() -> Machine:
    """Return what the report says of this machine."""
    device = "cuda" if shutil.which("nvidia-smi") else "cpu"
    return Machine(platform.platform(), device, platform.python_version())


def waive(arguments: list[str]) -> None:
    """Add a waiver to the file of this checkout, from the command line after `waive`."""
    parser = argparse.ArgumentParser(
        prog="python -m ci.gate waive", description="Let a row of the report fail for some time."
    )
    parser.add_argument("row", help="its name, as the report gives it")
    parser.add_argument("--ceiling", type=float, required=True, help="largest ratio head/base")
    parser.add_argument("--issue", required=True, help="where it is worked on")
    parser.add_argument("--owner", required=True)
    parser.add_argument("--reason", required=True)
    parser.add_argument("--days", type=int, default=30, help="from today, 90 at most; default: 30")
    parser.add_argument("--device", choices=("cpu", "cuda"), default=machine().device)
    options = vars(parser.parse_args(arguments))
    expires = date.today() + timedelta(days=options.pop("days"))
    print(waivers.add(HERE, waivers.Waiver(**options, expires=expires)))


def main(arguments: list[str] | None = None) -> int:
    """Run the gate and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments[:1] == ["waive"]:
            waive(arguments[1:])
            return 0
        options = parse(arguments)
        report = run(options)
    except trees.UsageError as error:
        print(f"gate: {error}", file=sys.stderr)
        return USAGE_ERROR
    if options.output:
        outputs.write(report, options.output)
    print(markdown.text(report))
    github.publish(report)
    return report.exit_code


def leave(number: int, _frame: object) -> None:
    """Exit after Ctrl-C or a cancelled CI job; a second signal must not stop the clean-up."""
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    for ending in ENDING:
        signal.signal(ending, leave)
    sys.exit(main())

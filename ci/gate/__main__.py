"""The pull-request gate: is the head worse than the base?

    python -m ci.gate --base REV --head REV

Two revisions -> a worktree and a worker for each -> every case called once on both -> the rules ->
a report. Exit codes: 0 pass or undecided, 1 fail, 2 usage error, 3 invalid measurement.
"""

import argparse
import platform
import signal
import sys
import time
from pathlib import Path
from typing import Any

from ci.gate import bench, comment, trees
from ci.gate.rows import USAGE_ERROR, Report, Row
from ci.gate.rules import every_rule
from ci.gate.side import SideError

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
    parser.add_argument("--seed", type=int, default=0, help="of the random order of the bursts")
    parser.add_argument("-o", "--output", type=Path, help="folder for gate.md and gate.json")
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
    try:
        with (
            trees.checkouts(options.repo, commits, options.suites) as roots,
            bench.opened(roots, options.profile, options.minimum, options.seed) as both_sides,
        ):
            rows = [row for rule in every_rule() for row in rule.judge(both_sides)]
    except SideError as error:
        rows = [Row.general("coverage", str(error))]
    setting = {**commits, **machine(), "profile": options.profile, "seed": options.seed}
    seconds = round(time.monotonic() - started, 1)
    return Report.worst_first(rows, {**setting, "seconds": seconds})


def machine() -> dict[str, Any]:
    """Return what the report says of this machine."""
    return {"machine": platform.platform(), "python": platform.python_version()}


def main(arguments: list[str] | None = None) -> int:
    """Run the gate and return its exit code."""
    options = parse(arguments)
    try:
        report = run(options)
    except trees.UsageError as error:
        print(f"gate: {error}", file=sys.stderr)
        return USAGE_ERROR
    if options.output:
        comment.write(report, options.output)
    print(comment.markdown(report))
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

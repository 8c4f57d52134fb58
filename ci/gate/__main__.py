"""The pull-request gate: is the head worse than the base?

    python -m ci.gate --base REV --head REV

Exit codes: 0 pass or undecided, 1 fail, 2 usage error, 3 invalid measurement. And:

    python -m ci.gate waive ROW ...    let a row fail for some time, see `ci.gate.waivers`
    python -m ci.gate selftest         plant losses; the gate must find each of them
    python -m ci.gate calibrate        compare a commit with itself, several times
"""

import argparse
import signal
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from ci.gate import arguments, calibrate, outputs, selftest, trees, waivers
from ci.gate.compare import HERE, Options, compare, machine
from ci.gate.outputs import github, markdown
from ci.gate.rows import USAGE_ERROR

ENDING = (signal.SIGINT, signal.SIGTERM)


def judge(words: list[str]) -> int:
    """Run the gate and return its exit code."""
    text = (__doc__ or "").split("\n")
    parser = arguments.Parser(
        prog="python -m ci.gate",
        description=text[0],
        epilog="\n".join(text[4:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", metavar="REV", help="default: the merge base of head and main")
    parser.add_argument("--head", metavar="REV", help="default: HEAD")
    parser.add_argument("--repo", type=Path, help="default: this repository")
    parser.add_argument("--suites", type=Path, help="default: ours")
    parser.add_argument(
        "--profile", help="SPIKEBENCH_PROFILE; default: gate, or gate-gpu where there is a GPU"
    )
    parser.add_argument("--minimum", type=arguments.count, help="cases that must run on both sides")
    parser.add_argument("--minutes", type=arguments.above_zero, help="of measuring; default: 7.5")
    parser.add_argument("--full", action="store_true", help="measure unchanged models too")
    parser.add_argument("--seed", type=int, help="of the random order of the bursts")
    files = "folder for gate.md, .json, .xml, .html"
    parser.add_argument("-o", "--output", type=arguments.folder, help=files)
    parser.set_defaults(**vars(Options()))
    arguments.refuse_unknown(words[0] if words else "--", list(COMMANDS))
    options = vars(parser.parse_args(words))
    folder = options.pop("output")
    if options["head"] == "HEAD":
        trees.refuse_uncommitted(options["repo"])
    report = compare(Options(**options))
    if folder:
        outputs.write(report, folder)
    print(markdown.text(report))
    github.publish(report)
    return report.exit_code


def waive(words: list[str]) -> int:
    """Add a waiver to the file of this checkout."""
    parser = arguments.Parser(
        prog="python -m ci.gate waive", description="Let a row of the report fail for some time."
    )
    parser.add_argument("row", metavar="ROW", help="its name, as the report gives it")
    parser.add_argument("--ceiling", type=float, required=True, help="largest loss; docs/gate.md")
    parser.add_argument("--issue", required=True, help="where it is worked on")
    parser.add_argument("--owner", required=True)
    parser.add_argument("--reason", required=True)
    days = "from today, 90 at most; default: 30"
    parser.add_argument("--days", type=arguments.count, default=30, help=days)
    here = machine().device
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default=here, help=f"default: {here}, this machine's"
    )
    options = vars(parser.parse_args(words))
    expires = date.today() + timedelta(days=options.pop("days"))
    print(waivers.add(HERE, waivers.Waiver(**options, expires=expires)))
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "waive": waive,
    "selftest": selftest.main,
    "calibrate": calibrate.main,
}


def main(words: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = sys.argv[1:] if words is None else words
    command = COMMANDS.get(words[0] if words else "")
    try:
        return command(words[1:]) if command else judge(words)
    except trees.UsageError as error:
        print(f"gate: {' '.join(str(error).split())}", file=sys.stderr)
        return USAGE_ERROR


def leave(number: int, _frame: object) -> None:
    """Exit after Ctrl-C or a cancelled CI job; a second signal must not stop the clean-up."""
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    for ending in ENDING:
        signal.signal(ending, leave)
    sys.exit(main())

"""`python -m reports build`: turn asv's results into one page without other files.

The exit status is 1 if a file could not be read and the page was built from the others, 2 if
nothing could be built.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reports import page, results
from reports.highlights import highlights
from reports.view import choose


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        view = choose(
            options.results, options.commit, options.baseline, options.machine, options.profile
        )
        written = page.build(view, options.output, options.markdown)
    except (ValueError, OSError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2
    for note in view.notes:
        print(note, file=sys.stderr if note in view.skipped else sys.stdout)
    for number, highlight in enumerate(highlights(view), start=1):
        print(f"{number}. {highlight.sentence}")
    print(*written, sep="\n")
    return 1 if view.skipped else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    build = parser.add_subparsers(dest="command", required=True).add_parser(
        "build", help="write index.html and summary.md"
    )
    build.add_argument("--commit", metavar="REV", help="default: HEAD, or the newest measured one")
    build.add_argument("--baseline", metavar="MODEL", help="speed-ups are over it; default: psn")
    build.add_argument("--machine", metavar="NAME", help="default: the last one measured")
    build.add_argument("--profile", metavar="NAME", help="default: the last one measured")
    build.add_argument("--results", type=Path, default=Path(results.ROOT), metavar="DIR")
    build.add_argument("-o", "--output", type=Path, default=Path("html"), metavar="DIR")
    build.add_argument("--markdown", type=Path, metavar="FILE", help="default: DIR/summary.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())

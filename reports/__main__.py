"""Read asv's results and turn them into a site, or say where they changed.

    python -m reports build         a site that needs no server
    python -m reports regressions   the commits at which something became worse or better

The exit status is 1 if a file could not be read and the others were used, 2 if there is nothing
to use.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reports import page, regressions, results
from reports.highlights import highlights
from reports.view import View, choose


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        view = choose(
            options.results, options.commit, options.baseline, options.machine, options.profile
        )
        printed = _build(view, options) if options.command == "build" else _changes(view, options)
    except (ValueError, OSError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2
    for note in view.notes:
        to_errors = note in view.skipped or options.command != "build"
        print(note, file=sys.stderr if to_errors else sys.stdout)
    print(printed)
    return 1 if view.skipped else 0


def _build(view: View, options: argparse.Namespace) -> str:
    """Write the page and its summary; return the highlights and the names of both files."""
    written = page.build(view, options.output, options.markdown)
    sentences = enumerate(highlights(view), start=1)
    return "\n".join([*(f"{n}. {h.sentence}" for n, h in sentences), *map(str, written)])


def _changes(view: View, options: argparse.Namespace) -> str:
    return regressions.report(view, options.since, as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(commit=None, baseline=None)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write the site, index.html first, and summary.md")
    build.add_argument("--commit", metavar="REV", help="default: HEAD, or the newest measured one")
    build.add_argument("--baseline", metavar="MODEL", help="speed-ups are over it; default: psn")
    build.add_argument("-o", "--output", type=Path, default=Path("html"), metavar="DIR")
    build.add_argument("--markdown", type=Path, metavar="FILE", help="default: DIR/summary.md")
    history = commands.add_parser("regressions", help="print where series of values changed")
    history.add_argument("--since", metavar="REV", help="default: all; of creep the last release")
    history.add_argument("--json", action="store_true", help="a list of objects")
    for command in (build, history):
        command.add_argument("--machine", metavar="NAME", help="default: the last one measured")
        command.add_argument("--profile", metavar="NAME", help="default: the last one measured")
        command.add_argument("--results", type=Path, default=Path(results.ROOT), metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())

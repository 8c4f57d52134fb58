"""Read asv's results and turn them into a site, or say where they changed.

    python -m reports build         a site that needs no server; with --pdf a PDF as well
    python -m reports compare A B   one page: two commits or two machines, series by series
    python -m reports regressions   the commits at which something became worse or better

The exit status is 1 if a file could not be read and the others were used, 2 if there is nothing
to use.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports import comparison, comparison_page, page, paper, regressions, results
from reports.highlights import highlights
from reports.view import choose


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, OSError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2


def _build(options: argparse.Namespace) -> int:
    """Write the site and its summary; print the notes, the highlights and the names of both."""
    if options.sections and not options.pdf:
        raise ValueError("--sections chooses what a PDF has; name its file too: --pdf FILE")
    view = choose(
        options.results, options.commit, options.baseline, options.machine, options.profile
    )
    written = [paper.write(view, options.pdf, options.sections)] if options.pdf else []
    written += page.build(view, options.output, options.markdown)
    for note in view.notes:
        print(note, file=sys.stderr if note in view.skipped else sys.stdout)
    for number, highlight in enumerate(highlights(view), start=1):
        print(f"{number}. {highlight.sentence}")
    print(*written, sep="\n")
    return 1 if view.skipped else 0


def _changes(options: argparse.Namespace) -> int:
    """Print where series changed; the notes are errors, so that the output may be JSON."""
    view = choose(options.results, machine=options.machine, profile=options.profile)
    printed = regressions.report(view, options.since, as_json=options.json)
    for note in view.notes:
        print(note, file=sys.stderr)
    print(printed)
    return 1 if view.skipped else 0


def _compare(options: argparse.Namespace) -> int:
    """Write the page of a comparison; print its headline and its name."""
    compared = comparison.compare(
        options.first,
        options.second,
        options.results,
        options.commit,
        options.machine,
        options.profile,
    )
    path = options.output / comparison_page.FILE
    text = comparison_page.html(compared, options.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    for line in compared.skipped:
        print(line, file=sys.stderr)
    print(comparison_page.headline(compared), path, sep="\n")
    return 1 if compared.skipped else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (_add_build(commands), _add_changes(commands), _add_compare(commands)):
        command.add_argument("--machine", metavar="NAME", help="default: the last one measured")
        command.add_argument("--profile", metavar="NAME", help="default: the last one measured")
        command.add_argument("--results", type=Path, default=Path(results.ROOT), metavar="DIR")
    return parser


def _add_build(commands: Any) -> argparse.ArgumentParser:
    build = commands.add_parser("build", help="write the site, index.html first, and summary.md")
    build.set_defaults(run=_build)
    build.add_argument("--commit", metavar="REV", help="default: HEAD, or the newest measured one")
    build.add_argument("--baseline", metavar="MODEL", help="speed-ups are over it; default: psn")
    build.add_argument("-o", "--output", type=Path, default=Path("html"), metavar="DIR")
    build.add_argument("--markdown", type=Path, metavar="FILE", help="default: DIR/summary.md")
    build.add_argument("--pdf", type=Path, metavar="FILE", help="print sections into it as well")
    build.add_argument(
        "--sections", nargs="+", default=[], metavar="NAME", help="of the PDF; default: all"
    )
    return build


def _add_changes(commands: Any) -> argparse.ArgumentParser:
    history = commands.add_parser("regressions", help="print where series of values changed")
    history.set_defaults(run=_changes)
    history.add_argument("--since", metavar="REV", help="default: all; of creep the last release")
    history.add_argument("--json", action="store_true", help="a list of objects")
    return history


def _add_compare(commands: Any) -> argparse.ArgumentParser:
    compare = commands.add_parser("compare", help=f"write {comparison_page.FILE}")
    compare.set_defaults(run=_compare)
    compare.add_argument("first", metavar="A", help="a commit or a machine")
    compare.add_argument("second", metavar="B", help="another one; ratios are B over A")
    compare.add_argument("--commit", metavar="REV", help="of two machines; default: the last one")
    compare.add_argument("-o", "--output", type=Path, default=Path("html"), metavar="DIR")
    return compare


if __name__ == "__main__":
    sys.exit(main())

"""Check what the papers say that their neurons do.

    python -m suites.findings                      all of them
    python -m suites.findings --exact              those without training, in seconds
    python -m suites.findings --paper clif dsn --seeds 5
    python -m suites.findings clif_rates --json

Each ends with a verdict: holds, does not hold, or not separated, where the interval over seeds
covers both. What the store has is not run again, so the same command goes on after an interruption.
The exit status is 1 if an experiment failed, 2 if the command cannot run, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import neurons
from suites import process, records
from suites.claims.__main__ import papers
from suites.findings import run
from suites.findings.finding import HOLDS, ROW, Finding
from suites.findings.run import Failed
from suites.records import Record

QUICK = 1  # seed
WIDTH, INDENT = 110, 18 * " "


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    from tqdm import tqdm  # not installed where asv imports this module

    options = _parser().parse_args(arguments)
    try:
        wanted = _wanted(options)
        if options.workers is not None and options.workers < 1:
            raise ValueError(f"{options.workers} workers are not allowed; it must be 1 or more")
        outcomes = run.run(wanted, options.store, options.workers)
        bar = tqdm(outcomes, total=len(wanted), unit="finding", leave=False, disable=None)
        ended = {outcome.name: outcome for outcome in bar}
    except ValueError as error:
        print(f"python -m suites.findings: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return 130
    kept = [ended[name] for name in wanted]
    contents = [one.content for one in kept if isinstance(one, Record)]
    if options.json:
        print(json.dumps([{name: found[name] for name in ROW} for found in contents], indent=1))
    else:
        print(text(contents))
    failures = [one for one in kept if isinstance(one, Failed)]
    for failed in failures:
        print(f"{failed.name} failed: {failed.reason}", file=sys.stderr)
    return int(bool(failures))


def text(contents: Iterable[dict[str, Any]]) -> str:
    """Return the verdicts paper by paper, what decides them, and how many there are of each."""
    parts, verdicts, paper = [], [], ""
    for content in contents:
        if content["paper"] != paper:
            paper = content["paper"]
            parts.append(f"\n{paper}")
        parts.append(_lines(content))
        verdicts.append(content["verdict"])
    counts = (f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts))
    return "\n".join((*parts, f"\n{len(verdicts)} findings: {', '.join(counts)}")).lstrip("\n")


def _lines(content: dict[str, Any]) -> str:
    """Return a finding in a few lines; of one that does not hold, what differs from the paper."""
    figure = (
        "-" if content["figure"] is None else f"{content['figure']:.4g} {content['unit']}".strip()
    )
    if not content["exact"] and content["low"] is not None:
        figure += f" ({content['low']:.4g} to {content['high']:.4g}, {content['seeds']} seeds)"
    elif not content["exact"]:
        figure += f" ({content['seeds']} seed)"
    lines = [
        f"{content['verdict']:>14}  {content['name']} ({content['place']}): {content['statement']}",
        f"{content['measured']}: {figure}; {content['seconds']:.1f} s",
    ]
    if content["verdict"] != HOLDS and content["scale"]:
        lines.append(content["scale"])
    indents = ("  ", INDENT, INDENT)
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=first, subsequent_indent=INDENT)
        for line, first in zip(lines, indents, strict=False)
    )


def table() -> str:
    """Return a table with one row per finding: its place and statement, and what decides."""
    found = {name: run.get(name) for name in run.names()}
    rows = ["finding | place | statement | decided by", "---|---|---|---"]
    for name in _ordered(found):
        place, statement = found[name].place, found[name].statement
        decided = "one figure" if found[name].exact else f"{found[name].seeds} seeds"
        rows.append(f"`{name}` | {place} | {statement} | {decided}")
    return "\n".join(rows)


def _ordered(findings: Mapping[str, Finding]) -> list[str]:
    """Return the names paper by paper, those without training first."""
    return sorted(findings, key=lambda name: (findings[name].paper, not findings[name].exact, name))


def _wanted(options: argparse.Namespace) -> dict[str, int]:
    """Return how many seeds of each finding are wanted, paper by paper."""
    for paper in options.paper:
        neurons.one_of("no paper", paper, papers())
    if options.seeds is not None and options.seeds < 1:
        raise ValueError(f"{options.seeds} seeds are not allowed; it must be 1 or more")
    found = {name: run.get(name) for name in options.names or run.names()}
    chosen = {
        name: finding
        for name, finding in found.items()
        if (finding.paper in options.paper or not options.paper)
        and (finding.exact or not options.exact)
    }
    if not chosen:
        raise ValueError("no finding is left: name others, or leave --paper and --exact out")
    seeds = QUICK if options.quick else options.seeds
    return {n: 1 if chosen[n].exact else seeds or chosen[n].seeds for n in _ordered(chosen)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m suites.findings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="files of suites/findings; default: all")
    add("--paper", nargs="+", default=(), metavar="NAME", help="only those of these papers")
    add("--exact", action="store_true", help="only those without training")
    add("--seeds", type=int, metavar="N", help="default: each finding's own, 3 or 5")
    add("--quick", action="store_true", help="one seed, which decides nothing that is trained")
    add("--workers", type=int, metavar="N", help="experiments at a time; default: one per core")
    add("--store", type=Path, default=records.STORE, metavar="FILE", help="default: %(default)s")
    add("--json", action="store_true", help="print a list of objects and nothing else")
    return parser


if __name__ == "__main__":
    process.prepare()
    sys.exit(main())

"""`python -m suites.claims`: print the papers' numbers with ours, and whether they agree.

They are also kept in the store for the report. The exit status is 1 if a number that has been
reproduced before is not any more.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

from suites import claims, process, records
from suites.accuracy import content
from suites.claims.claim import Claim
from suites.records import Origin, Record

CORE = ("claim", "__main__")


def papers() -> list[str]:
    """List the papers: the other files of this folder."""
    names = (module.name for module in pkgutil.iter_modules(claims.__path__))
    return sorted(name for name in names if name not in CORE)


def collected() -> dict[str, list[Claim]]:
    """Return the claims by paper."""
    from tqdm import tqdm  # not installed where asv imports this module

    return {
        paper: list(importlib.import_module(f"suites.claims.{paper}").claims())
        for paper in tqdm(papers(), unit="paper", leave=False, disable=None)
    }


def record(paper: str, claims: Sequence[Claim]) -> Record:
    """Return the record of a paper's claims; its code is all that they may run."""
    modules = [f"suites.claims.{paper}", *content.below("neurons")]
    origin = Origin(content.digest(content.reached(modules)), "cpu")
    return records.record("claim", paper, origin, {"rows": [claim.row() for claim in claims]})


def text(rows: Sequence[Claim]) -> str:
    """Return a table of the claims, their methods, and why some are not reproduced."""
    import pandas as pd  # not installed where asv imports this module

    frame = pd.DataFrame([claim.row() for claim in rows]).drop(columns="convention")
    frame["reproduces"] = frame["reproduces"].map({True: "yes", False: "NO"})
    methods: dict[str, dict[str, None]] = {}  # by table, each once and in order
    for claim in rows:
        methods.setdefault(claim.table, {})[claim.method] = None
    wrong = [claim for claim in rows if not claim.reproduces]
    broken = sum(claim.broken for claim in rows)
    return "\n".join(
        (
            frame.to_string(index=False, float_format=lambda value: f"{value:.7g}"),
            "\nMethods:",
            *(f"  {table}: {' | '.join(names)}" for table, names in methods.items()),
            "\nNot reproduced:",
            *(f"  {c.table}, {c.quantity}: {c.why or 'UNEXPECTED'}" for c in wrong),
            f"\n{len(rows)} numbers: {len(rows) - len(wrong)} reproduced, {len(wrong)} not, "
            f"{broken} of these unexpectedly",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m suites.claims", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of objects, one a number")
    parser.add_argument(
        "--store", type=Path, default=records.STORE, metavar="FILE", help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    by_paper = collected()
    records.add(options.store, [record(paper, claims) for paper, claims in by_paper.items()])
    rows = [claim for claims in by_paper.values() for claim in claims]
    print(json.dumps([claim.row() for claim in rows], indent=1) if options.json else text(rows))
    return int(any(claim.broken for claim in rows))


if __name__ == "__main__":
    process.prepare()
    sys.exit(main())

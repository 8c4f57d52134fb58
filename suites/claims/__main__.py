"""`python -m suites.claims`: the papers' figures beside ours, and whether they agree.

Exit status 1 if a figure that has come out before does not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence

import torch

from suites import claims
from suites.claims.claim import Claim

CORE = ("claim", "__main__")


def papers() -> list[str]:
    """The papers: the other files of this folder."""
    found = (module.name for module in pkgutil.iter_modules(claims.__path__))
    return sorted(name for name in found if name not in CORE)


def collected() -> list[Claim]:
    """All claims, paper by paper."""
    from tqdm import tqdm  # asv imports this file where it may be missing, as pandas

    return [
        claim
        for paper in tqdm(papers(), unit="paper", leave=False, disable=None)
        for claim in importlib.import_module(f"suites.claims.{paper}").claims()
    ]


def text(found: Sequence[Claim]) -> str:
    """A table of all figures, the reasons of those that do not come out, and the counts."""
    import pandas as pd

    frame = pd.DataFrame([claim.row() for claim in found])
    frame["reproduces"] = frame["reproduces"].map({True: "yes", False: "NO"})
    shown = frame.drop(columns="convention")
    parts = [shown.to_string(index=False, float_format=lambda v: f"{v:.7g}"), "", "How:"]
    for table, rows in frame.groupby("table", sort=False):
        ways = dict.fromkeys(claim.convention for claim in found if claim.table == table)
        parts += [f"  {table}, {len(rows)} figures: {' | '.join(ways)}"]
    parts += ["", "Do not come out:"]
    parts += [
        f"  {claim.table}, {claim.quantity}: {claim.why or 'UNEXPECTED'}"
        for claim in found
        if not claim.reproduces
    ]
    yes = sum(claim.reproduces for claim in found)
    broken = sum(claim.broken for claim in found)
    parts += ["", f"{len(found)} figures: {yes} come out, {len(found) - yes} do not, {broken} of"]
    parts[-1] += " these unexpectedly"
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m suites.claims", description=__doc__)
    parser.add_argument("--json", action="store_true", help="a list of objects, one per figure")
    options = parser.parse_args(arguments)
    found = collected()
    print(json.dumps([claim.row() for claim in found], indent=1) if options.json else text(found))
    return int(any(claim.broken for claim in found))


if __name__ == "__main__":
    torch.set_num_threads(1)  # a step of each network: threads would mostly wait for each other
    sys.exit(main())

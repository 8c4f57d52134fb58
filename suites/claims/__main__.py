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
    """A table of all figures, how they were counted, why some do not come out, and how many."""
    import pandas as pd

    frame = pd.DataFrame([claim.row() for claim in found]).drop(columns="convention")
    frame["reproduces"] = frame["reproduces"].map({True: "yes", False: "NO"})
    ways: dict[str, dict[str, None]] = {}
    for claim in found:
        ways.setdefault(claim.table, {})[claim.convention] = None
    wrong = [claim for claim in found if not claim.reproduces]
    broken = sum(claim.broken for claim in found)
    return "\n".join(
        (
            frame.to_string(index=False, float_format=lambda value: f"{value:.7g}"),
            "\nHow:",
            *(f"  {table}: {' | '.join(how)}" for table, how in ways.items()),
            "\nDo not come out:",
            *(f"  {c.table}, {c.quantity}: {c.why or 'UNEXPECTED'}" for c in wrong),
            f"\n{len(found)} figures: {len(found) - len(wrong)} come out, {len(wrong)} do not, "
            f"{broken} of these unexpectedly",
        )
    )


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

"""Calibrate: compare a commit with itself, several times: how often is the gate wrong here?

What comes of it is one JSON object: the runs by verdict, and the spread of a round's ratio
head/base, which says how small a slowdown this kind of machine can show.
"""

import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import trange

from ci.gate import arguments, trees
from ci.gate.compare import HERE, Options, compare, machine
from ci.gate.rows import Report


def main(words: list[str]) -> int:
    """Write the object after every run; return 1 if a run failed."""
    parser = arguments.Parser(prog="python -m ci.gate calibrate", description=__doc__)
    parser.add_argument("--repo", type=Path, default=HERE, help="default: this repository")
    parser.add_argument("--runs", type=arguments.count, default=3, metavar="N", help="default: 3")
    parser.add_argument("-o", "--output", type=arguments.file, metavar="FILE", required=True)
    options = parser.parse_args(words)
    commit = trees.commit(options.repo, "HEAD")
    same = Options(commit, commit, options.repo, full=True)
    reports: list[Report] = []
    for seed in trange(options.runs, desc="calibrate", unit="run"):
        reports.append(compare(replace(same, seed=seed)))
        options.output.write_text(json.dumps(summary(reports), indent=1) + "\n")
    print(options.output.read_text(), end="")
    return int(any(report.exit_code for report in reports))


def summary(reports: list[Report]) -> dict[str, Any]:
    """Return the verdicts of runs on unchanged code, and the spread of their timings."""
    rows = [row for report in reports for row in report.rows if row.rule == "speed"]
    spreads = [float(np.std(np.log(row.effects), ddof=1)) for row in rows if len(row.effects) > 1]
    quantiles = np.quantile(spreads, (0.5, 0.9)).tolist() if spreads else [None, None]
    return {
        "machine": asdict(machine()),
        "profile": reports[0].setting.profile,
        "commit": reports[0].setting.head,
        "runs": dict(Counter(str(report.verdict) for report in reports)),
        "rows": dict(Counter(str(row.verdict) for report in reports for row in report.rows)),
        "spread": dict(zip(("median", "90 %"), quantiles, strict=True)),
        "seconds": [report.setting.seconds for report in reports],
    }

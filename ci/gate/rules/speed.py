"""Speed: a slowdown FAILs when fresh rounds confirm that it exceeds 2 %.

5 rounds of all cases select the candidates, 10 or 20 fresh rounds of these decide (exact
signed-rank test, Holm over the candidates), fewer if none looks slower any longer. The surest come
first: if one of them FAILs, the others are listed as unconfirmed. PASS excludes a slowdown of 5 %;
UNDECIDED passes too and names the slowdown that the test could have missed. Unchanged code cannot
become slower: if its timings, confirmed beside those of changed code, say so, they are INVALID:
the machine is too noisy.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ci.gate.bench import Bench, Stop
from ci.gate.rows import Row
from ci.gate.statistics import DECIDING, Outcome, Pair, decide

SCREEN_ROUNDS = 5
LATE = "not timed: the minutes of the gate were over"


def judge(bench: Bench) -> Iterator[Row]:
    timed = {case.name: case for case in bench.cases if case.kind == "speed" and case.on_both}
    pairs = bench.measure(list(timed), SCREEN_ROUNDS, fresh=False)

    def confirm(candidates: list[str], enough: Stop) -> dict[str, Pair]:
        if not any(bench.impact.changes(timed[name].model) for name in candidates):
            return {}  # none can FAIL
        confirmed = bench.measure(candidates, max(DECIDING), fresh=True, stop=enough)
        pairs.update(confirmed)
        return confirmed

    for name, verdict in decide(dict(pairs), confirm).items():
        both = {"base": pairs[name].base.median, "head": pairs[name].head.median}
        row = {**both, "ratio": verdict.ratio}
        outcome = verdict.outcome
        if outcome is Outcome.FAIL and not bench.impact.changes(timed[name].model):
            outcome = Outcome.INVALID
        effects = tuple(np.exp(pairs[name].log_ratios).tolist())
        judged = Row.of("speed", timed[name], outcome, verdict.reason, **row)
        yield replace(judged, effects=effects if np.isfinite(effects).all() else ())
    for name in timed.keys() - pairs.keys():
        yield Row.of("speed", timed[name], Outcome.UNDECIDED, LATE)

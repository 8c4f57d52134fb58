"""Compile time: the first call of a changed model may not take half as long again.

Measured are the models whose file differs, and `lif` if code of all models does: the first forward
and backward with empty caches, in new processes of both sides at the same time. Above 1.3 times
the base's seconds they are measured again, up to three times; FAIL needs 1.5 times every time. What
the minutes of the gate do not suffice for is UNDECIDED.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ci.gate.bench import Bench
from ci.gate.impact import CANARY
from ci.gate.rows import Row
from ci.gate.rules.speed import LATE
from ci.gate.side import OutOfTimeError
from ci.gate.statistics import Outcome, percent

TIMES = 3
SUSPECT, SLOWER = 1.3, 1.5  # ratio head/base


def judge(bench: Bench) -> Iterator[Row]:
    changed = bench.impact.models | ({CANARY} if bench.impact.shared else set())
    for model in sorted(changed.intersection(bench.compared)):
        yield from _judge(bench, model)


def _judge(bench: Bench, model: str) -> Iterator[Row]:
    """Yield a row per compiled backend that runs the model on both sides, or one if it is late."""
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(TIMES):
        try:
            sides = bench.first_calls(model)
        except OutOfTimeError:
            if not pairs:
                yield Row.of_model("compile_time", model, Outcome.UNDECIDED, LATE)
            break
        for backend in sides["base"].keys() & sides["head"].keys():
            pairs[backend].append((sides["base"][backend], sides["head"][backend]))
        if all(head <= SUSPECT * base for base, head in (taken[-1] for taken in pairs.values())):
            break
    for backend, taken in sorted(pairs.items()):
        effects = tuple(head / base for base, head in taken)
        slower = len(effects) == TIMES and min(effects) > SLOWER
        base, head = np.median(taken, axis=0).tolist()
        reason = f"{percent(float(np.median(effects)))}, {len(effects)} measured"
        cut_short = len(effects) < TIMES and effects[-1] > SUSPECT
        outcome = Outcome.FAIL if slower else Outcome.UNDECIDED if cut_short else Outcome.PASS
        row = Row.of_model("compile_time", model, outcome, reason).measured(base, head)
        yield row.at("seconds", effects, backend=backend)
